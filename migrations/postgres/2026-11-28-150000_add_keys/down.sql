DROP TABLE api_keys;
DROP INDEX session_names_by_tenant;
ALTER TABLE session_names DROP COLUMN tenant_id;
DROP TABLE tenants;
