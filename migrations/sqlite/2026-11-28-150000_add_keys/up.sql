-- Who owns accounts and keys beside the operator. What has no tenant is the operator's.
CREATE TABLE tenants (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);

-- The owner of an account hangs on its name, because its messages outlive the account.
ALTER TABLE session_names ADD COLUMN tenant_id BIGINT REFERENCES tenants (id);

CREATE INDEX session_names_by_tenant ON session_names (tenant_id);

-- Keys that the hub has made. `digest` is the SHA-256 of the whole key, and `lookup` its public
-- beginning. Lists are JSON arrays, and NULL is no list: everything.
CREATE TABLE api_keys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lookup TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    sessions TEXT,
    read_chats TEXT,
    write_chats TEXT,
    tools TEXT,
    tenant_id BIGINT REFERENCES tenants (id) ON DELETE CASCADE,
    replaces BIGINT REFERENCES api_keys (id) ON DELETE SET NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    last_used_at TIMESTAMP,
    revoked_at TIMESTAMP
);

CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id);
CREATE INDEX api_keys_by_replaced ON api_keys (replaces);
