#!/usr/bin/env bash
# Builds, runs and tests telegram-hub; `./run.sh help` says how.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
readonly root=$PWD
readonly target=${CARGO_TARGET_DIR:-$root/target}

usage() {
  cat <<'TEXT'
./run.sh             build the hub and run it against Telegram (settings: .env or the environment)
./run.sh --sandbox   build the hub and a local data centre, and run both: no account is needed
./run.sh test        run every test; starts a PostgreSQL server of its own if none is given
./run.sh test ARGS   run the Rust tests that ARGS select
./run.sh chaos ARGS  run the hub under faults and prove what it captured; --help shows ARGS
./run.sh ledger ARGS send by every form of address and prove whom it reached; --help shows ARGS
./run.sh fence ARGS  let one hub take over from another and prove that they never were two
./run.sh bench ARGS  measure the hub beside the bare client library; --help shows ARGS
./run.sh attack ARGS attack a hub on loopback and measure what others notice; --help shows ARGS
./run.sh calls ARGS  count the calls of an account in an hour, beside Telethon; --help shows ARGS
./run.sh fuzz [TARGET] [SECONDS]
                     throw any texts at the readers of markdown, html and session strings; all of
                     them for a minute each, or as given; needs a nightly Rust
./run.sh help        show this

Variables that move a sandbox aside, so that several run side by side:
  HUB_LISTEN               127.0.0.1:8000   where the hub listens
  SANDBOX_DC_LISTEN        127.0.0.1:4430   where the data centre listens
  SANDBOX_CONTROL_LISTEN   127.0.0.1:4431   where the data centre's control port listens
  HUB_DATA_DIR             .sandbox/data    the hub's data folder
  DATABASE_URL             SQLite in it     the hub's database
The tests use the PostgreSQL server of HUB_TEST_POSTGRES_URL, and the server that speaks S3 of
HUB_TEST_S3_URL, if these are set.
TEXT
}

say() {
  printf 'run.sh: %s\n' "$*"
}

die() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 1
}

need() {
  command -v "$1" >/dev/null || die "$1 is missing: $2"
}

# --- Building -----------------------------------------------------------------------------------

# How programs are built: release, or debug for what shall start soon and need not be fast.
profile=release

# build PACKAGE...: a build that is quiet unless it takes long or fails.
build() {
  need cargo "install Rust from https://rustup.rs"
  mkdir -p "$target"
  local log=$target/run-build.log seconds=0 packages=()
  if [[ $profile == release ]]; then
    packages+=(--release "${@/#/--package=}")
  else
    # As for the tests: with features of other packages the libraries would be built anew.
    packages+=(--workspace --bins --tests)
  fi
  say "building $* (the first build takes several minutes)"
  cargo build --locked "${packages[@]}" >"$log" 2>&1 </dev/null &
  children=($!)
  while kill -0 "${children[0]}" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    if ((seconds % 30 == 0)); then
      say "still building after $seconds s:$(tail -n 1 "$log")"
    fi
  done
  if ! wait "${children[0]}"; then
    cat "$log" >&2
    die "the build failed; its output stands above"
  fi
  children=()
  # What a released program is made of, for scanners; the program runs without the list.
  if [[ $profile == release && " $* " == *" telegram-hub "* ]] && command -v python3 >/dev/null; then
    .ci/sbom >"$target/release/telegram-hub.cdx.json" || say "the list of dependencies is not written"
  fi
}

# --- Processes ----------------------------------------------------------------------------------

# What this script has started and must stop, in the order of stopping.
children=()

# stop PID: asks a process to end, and ends it when it does not.
stop() {
  kill -TERM "$1" 2>/dev/null || return 0
  local _
  for _ in $(seq 300); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  say "process $1 does not end and is killed"
  kill -KILL "$1" 2>/dev/null || true
}

stop_children() {
  trap - EXIT INT TERM HUP
  local pid
  for pid in "${children[@]}"; do
    stop "$pid"
  done
}

# stop_on_signals STATUS: on a signal, and at the end, stops what runs.
stop_on_signals() {
  trap stop_children EXIT
  # shellcheck disable=SC2064
  trap "say stopping; exit $1" INT TERM HUP
}

# run COMMAND...: in the background, because Bash acts on signals only while it waits.
run() {
  local status=0
  "$@" <&0 &
  children=($!)
  wait "${children[0]}" || status=$?
  children=()
  return "$status"
}

# listens HOST:PORT: whether anybody accepts connections there.
listens() {
  local host=${1%:*} port=${1##*:}
  host=${host#[}
  host=${host%]}
  case $host in
    0.0.0.0) host=127.0.0.1 ;;
    ::) host=::1 ;;
  esac
  (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
}

# expect_free VARIABLE HOST:PORT
expect_free() {
  [[ $2 =~ :[1-9][0-9]*$ ]] || die "$1 must be host:port with a port from 1, and is $2"
  if listens "$2"; then
    die "$2 is in use by another program: stop that, or set $1 to a free address"
  fi
}

# wait_until_ready NAME PID LOG URL: bounded; shows the log when the process ends before.
wait_until_ready() {
  local _
  for _ in $(seq 300); do
    if curl --silent --fail --max-time 2 --output /dev/null "$4"; then
      return
    fi
    if ! kill -0 "$2" 2>/dev/null; then
      tail -n 20 "$3" >&2
      die "$1 did not start; the end of its log ($3) stands above"
    fi
    sleep 0.1
  done
  tail -n 20 "$3" >&2
  die "$1 does not answer at $4; the end of its log ($3) stands above"
}

# --- The sandbox --------------------------------------------------------------------------------

sandbox_settings() {
  state=$root/.sandbox
  hub_listen=${HUB_LISTEN:-127.0.0.1:8000}
  dc_listen=${SANDBOX_DC_LISTEN:-127.0.0.1:4430}
  control_listen=${SANDBOX_CONTROL_LISTEN:-127.0.0.1:4431}
  data=$(realpath -m "${HUB_DATA_DIR:-$state/data}")
  dc_key=$state/local-dc-${dc_listen##*:}.pem
  dc_log=$state/local-dc-${dc_listen##*:}.log
  hub_log=$state/hub-${hub_listen##*:}.log
  hub_pid_file=$state/hub-${hub_listen##*:}.pid
}

data_centre_answers() {
  curl --silent --fail --max-time 2 "http://$control_listen/health" 2>/dev/null |
    grep -q '"status":"ok"'
}

# The data centre forgets everything when it stops, and what the sandbox's own database holds then
# belongs to accounts that nobody knows any more. A database that somebody named is left alone.
forget_former_data_centre() {
  if [[ -n ${HUB_DATA_DIR:-} || -n ${DATABASE_URL:-} ]]; then
    say "the data centre is a new one: sessions from before it have to be logged in again"
    return 0
  fi
  local database=$data/hub.db
  [[ -e $database ]] || return 0
  local pid_file pid
  for pid_file in "$state"/hub-*.pid; do
    [[ -e $pid_file ]] || continue
    pid=$(<"$pid_file")
    if [[ $(readlink "/proc/$pid/exe") == */telegram-hub* ]]; then
      die "a hub still runs on this sandbox (process $pid): stop it, or set HUB_DATA_DIR"
    fi
  done
  say "the data centre is a new one: starting with an empty database in $data"
  rm -f "$database" "$database-shm" "$database-wal"
}

find_or_start_data_centre() {
  if data_centre_answers; then
    [[ -e $dc_key ]] || die "the data centre at $control_listen belongs to another copy of this" \
      "project: set SANDBOX_DC_LISTEN and SANDBOX_CONTROL_LISTEN to free addresses"
    listens "$dc_listen" || die "the data centre at $control_listen does not listen on" \
      "$dc_listen: set SANDBOX_DC_LISTEN to its address"
    say "using the data centre on $dc_listen, which ends with the run.sh that has started it"
    return
  fi
  expect_free SANDBOX_DC_LISTEN "$dc_listen"
  expect_free SANDBOX_CONTROL_LISTEN "$control_listen"
  forget_former_data_centre
  "$target/release/local-dc" --listen "$dc_listen" --control "$control_listen" \
    --key-out "$dc_key" >"$dc_log" 2>&1 </dev/null &
  dc=$!
  children=("$dc")
  wait_until_ready "the data centre" "$dc" "$dc_log" "http://$control_listen/health"
}

# The hub starts in a folder without .env: what is set there is for Telegram, not for the sandbox.
start_hub() {
  mkdir -p "$data"
  (
    cd "$state"
    HUB_LISTEN=$hub_listen HUB_DATA_DIR=$data \
      TELEGRAM_API_ID=1 TELEGRAM_API_HASH=sandbox \
      TELEGRAM_SERVER=$dc_listen TELEGRAM_SERVER_KEY=$dc_key \
      exec "$target/release/telegram-hub" >"$hub_log" 2>&1 </dev/null
  ) &
  hub=$!
  children=("$hub" "${children[@]}")
  printf '%s\n' "$hub" >"$hub_pid_file"
  wait_until_ready "the hub" "$hub" "$hub_log" "http://$hub_listen/health"
}

show_tour() {
  local key=
  if [[ -n ${HUB_API_KEY:-} ]]; then
    # Written as the variable, not its value: this text may end in a log.
    # shellcheck disable=SC2016
    key=' -H "X-API-Key: $HUB_API_KEY"'
  fi
  cat <<TEXT

The sandbox is ready.
  hub           http://$hub_listen   process $hub, log $hub_log
  data          $data
  data centre   $dc_listen   control port http://$control_listen

  Alice   +15550000001   @alice   code 12345
  Bob     +15550000002   @bob     code 12345   password bob-password
  Carol   +15550000003   @carol   code 12345
  Any other +1555000NNNN exists on first use; the code is 12345.

Paste this into another terminal:

H=http://$hub_listen J='Content-Type: application/json'
HASH=\$(curl -s \$H/login/start$key -H "\$J" -d '{"session_id":"alice","phone_number":"+15550000001"}' | sed 's/.*"phone_code_hash":"\([^"]*\)".*/\1/')
curl -sw '\n' \$H/login/code$key -H "\$J" -d '{"session_id":"alice","phone_code":"12345","phone_code_hash":"'\$HASH'"}'
HASH=\$(curl -s \$H/login/start$key -H "\$J" -d '{"session_id":"bob","phone_number":"+15550000002"}' | sed 's/.*"phone_code_hash":"\([^"]*\)".*/\1/')
curl -sw '\n' \$H/login/code$key -H "\$J" -d '{"session_id":"bob","phone_code":"12345","phone_code_hash":"'\$HASH'"}'
curl -sw '\n' \$H/login/password$key -H "\$J" -d '{"session_id":"bob","password":"bob-password"}'
curl -sw '\n' \$H/message/send$key -H "\$J" -d '{"session_id":"alice","chat_id":"@bob","message":"Hello, Bob!"}'
curl -sw '\n' \$H/session/bob/messages$key

API: http://$hub_listen/docs/   Stop: Ctrl-C
TEXT
}

# Waits for the end. When the hub ends by itself the data centre goes on: messages can still be
# sent there, and the next hub must find them.
hold() {
  local status=0
  # Bash would report a killed process with its whole command.
  { wait -n "${children[@]}" || status=$?; } 2>/dev/null
  if [[ -z $dc ]]; then
    children=()
    say "the hub has ended with status $status"
    exit "$status"
  fi
  if kill -0 "$hub" 2>/dev/null; then
    tail -n 20 "$dc_log" >&2
    die "the data centre has ended with status $status; the end of its log ($dc_log) stands above"
  fi
  children=("$dc")
  say "the hub has ended with status $status; the data centre goes on (control port http://$control_listen)"
  say "start the hub again with ./run.sh --sandbox in another terminal; Ctrl-C here ends the data centre"
  wait "$dc" || die "the data centre has ended with status $?"
}

sandbox() {
  need curl "install Debian's package curl"
  sandbox_settings
  mkdir -p "$state"
  expect_free HUB_LISTEN "$hub_listen"
  stop_on_signals 130
  build telegram-hub local-dc
  # Processes of their own process groups: Ctrl-C reaches this script alone, which stops the hub
  # before the data centre.
  set -m
  dc=
  find_or_start_data_centre
  start_hub
  show_tour
  stop_on_signals 0
  hold
}

# --- Against Telegram ---------------------------------------------------------------------------

# is_set NAME: in the environment or in .env.
is_set() {
  [[ -n ${!1:-} ]] || grep -Eqs "^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*[^[:space:]]" .env
}

run_hub() {
  local missing=()
  is_set TELEGRAM_API_ID || is_set API_ID || missing+=(TELEGRAM_API_ID)
  is_set TELEGRAM_API_HASH || is_set API_HASH || missing+=(TELEGRAM_API_HASH)
  if ((${#missing[@]} > 0)); then
    die "not set: ${missing[*]}. Get an api id and hash at https://my.telegram.org under" \
      "'API development tools', and set them in $root/.env (cp .env.example .env) or in the" \
      "environment. To try the hub without an account: ./run.sh --sandbox"
  fi
  stop_on_signals 130
  build telegram-hub
  trap - EXIT INT TERM HUP
  exec "$target/release/telegram-hub"
}

# --- Tests --------------------------------------------------------------------------------------

# The clients of others live in virtual environments.
need_venv() {
  need python3 "install Debian's packages python3 and python3-venv"
  if python3 -c 'import ensurepip, venv' 2>/dev/null; then
    return
  fi
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    die "python3 lacks its module venv: install Debian's package python3-venv"
  fi
  say "installing Debian's package python3-venv"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y python3-venv; } \
    >"$target/run-apt.log" 2>&1 </dev/null || {
    cat "$target/run-apt.log" >&2
    die "apt-get could not install python3-venv"
  }
}

with_postgres() {
  if [[ -n ${HUB_TEST_POSTGRES_URL:-} ]]; then
    run "$@"
  else
    run tests/with-postgres "$@"
  fi
}

# Only the whole run needs the server for files: it is installed from PyPI the first time.
with_servers() {
  if [[ -n ${HUB_TEST_REQUIRE_S3:-} && -z ${HUB_TEST_S3_URL:-} ]]; then
    with_postgres tests/with-s3 "$@"
  else
    with_postgres "$@"
  fi
}

rust_tests() {
  if command -v cargo-nextest >/dev/null; then
    with_servers cargo nextest run --workspace --locked "$@"
  else
    with_servers cargo test --workspace --locked "$@"
  fi
}

run_tests() {
  need cargo "install Rust from https://rustup.rs"
  need curl "install Debian's package curl"
  mkdir -p "$target"
  # Some tests open thousands of connections.
  ulimit -n "$(ulimit -Hn)" || true
  export HUB_TEST_REQUIRE_POSTGRES=1
  stop_on_signals 143
  if (($# > 0)); then
    rust_tests "$@"
    return
  fi
  need_venv
  export HUB_TEST_REQUIRE_S3=1
  rust_tests
  # nextest leaves the examples of the documentation out.
  run cargo test --workspace --locked --doc --quiet
  # As for the tests, so that nothing is built anew.
  run cargo build --workspace --locked --bins --tests --quiet
  local hub=$target/debug/telegram-hub dc=$target/debug/local-dc
  run tests/dc/telethon/run "$dc"
  run tests/mcp/run "$hub" "$dc"
  run tests/sessions/run "$hub" "$dc"
  run tests/qr/run "$hub" "$dc"
  run tests/archive/run "$hub" "$dc"
  run tests/reader/run "$hub" "$dc"
  run tests/openapi/run "$hub" "$dc"
  say "all tests passed"
}

# --- Under load ---------------------------------------------------------------------------------

# The hub under faults. A server of PostgreSQL is started only for runs that want one; it keeps its
# settings of durability, because it is stopped in the middle of its work.
# A short run takes less time than an optimised build.
chaos() {
  case " $* " in
    *" --short "*) profile=debug ;;
  esac
  stop_on_signals 143
  build telegram-hub hub-load
  ulimit -n "$(ulimit -Hn)" || true
  local command=("$target/$profile/hub-chaos" --hub "$target/$profile/telegram-hub"
    --out "$target/chaos.json" "$@")
  case " $* " in
    *" --help "*) run "${command[@]}" ;;
    *postgres* | *both*) WITH_POSTGRES_DURABLE=1 with_postgres "${command[@]}" ;;
    *) run "${command[@]}" ;;
  esac
}

# Whom messages reach. It asks for nothing that an optimised build is needed for.
ledger() {
  profile=debug
  stop_on_signals 143
  build telegram-hub hub-load
  run "$target/$profile/hub-ledger" --hub "$target/$profile/telegram-hub" "$@"
}

# Needs root, or a kernel that gives every user namespaces. A short run takes less time than an
# optimised build.
fence() {
  local library=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1
  case " $* " in
    *" --short "*)
      profile=debug
      set -- "${@/--short/--runs=1}"
      ;;
  esac
  if [[ ! -e $library && $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    say "installing Debian's package libfaketime"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y libfaketime; } \
      >"$target/run-apt.log" 2>&1 </dev/null || die "apt-get could not install libfaketime"
  fi
  stop_on_signals 143
  build telegram-hub hub-load
  ulimit -n "$(ulimit -Hn)" || true
  local command=("$target/$profile/hub-fence" --hub "$target/$profile/telegram-hub"
    --out "$target/fence.json" "$@")
  case " $* " in
    *" --help "*) run "${command[@]}" ;;
    *) with_postgres "${command[@]}" ;;
  esac
}

bench() {
  stop_on_signals 143
  build telegram-hub hub-load
  ulimit -n "$(ulimit -Hn)" || true
  local command=("$target/release/hub-bench" --hub "$target/release/telegram-hub"
    --out "$target/bench.json" "$@")
  case " $* " in
    *" --help "*) run "${command[@]}" ;;
    *) WITH_POSTGRES_DURABLE=1 with_postgres "${command[@]}" ;;
  esac
}

# How often Telegram is called, beside Telethon.
calls() {
  need_venv
  stop_on_signals 143
  build telegram-hub hub-load
  local python
  python=$(tests/venv tests/load/telethon telethon) || die "Telethon could not be installed"
  PYTHONDONTWRITEBYTECODE=1 run "$target/release/hub-calls" --hub "$target/release/telegram-hub" \
    --python "$python" --client tests/load/telethon/client.py "$@"
}

attack() {
  stop_on_signals 143
  build telegram-hub hub-load
  ulimit -n "$(ulimit -Hn)" || true
  local command=("$target/release/hub-attack" --hub "$target/release/telegram-hub"
    --out "$target/attack.json" "$@")
  case " $* " in
    *" --help "*) run "${command[@]}" ;;
    *) with_postgres "${command[@]}" ;;
  esac
}

# --- Any input ----------------------------------------------------------------------------------

# need_fuzzer: a nightly compiler, which only the sanitizers need, and cargo-fuzz.
need_fuzzer() {
  need cargo "install Rust from https://rustup.rs"
  cargo +nightly --version >/dev/null 2>&1 ||
    die "fuzzing needs a nightly Rust: rustup toolchain install nightly --profile minimal"
  command -v cargo-fuzz >/dev/null && return
  say "installing cargo-fuzz from crates.io"
  cargo install --locked cargo-fuzz >"$target/run-fuzz-install.log" 2>&1 </dev/null || {
    cat "$target/run-fuzz-install.log" >&2
    die "cargo-fuzz could not be installed; without it there is no fuzzing"
  }
}

# fuzz [TARGET] [SECONDS]: what is found on the way stays below the target folder.
fuzz() {
  local targets=(markdown html session_string) seconds=60 name
  if [[ ${1:-} =~ ^[a-z] ]]; then
    [[ " ${targets[*]} " == *" $1 "* ]] || die "there is no fuzz target $1, only: ${targets[*]}"
    targets=("$1")
    shift
  fi
  if (($# > 0)); then
    [[ $1 =~ ^[1-9][0-9]*$ && $# -eq 1 ]] || die "usage: ./run.sh fuzz [TARGET] [SECONDS]"
    seconds=$1
  fi
  mkdir -p "$target"
  need_fuzzer
  stop_on_signals 143
  for name in "${targets[@]}"; do
    mkdir -p "$target/fuzz/corpus/$name" "$target/fuzz/found/$name"
    say "fuzzing $name for $seconds s (the first build takes several minutes)"
    run cargo +nightly fuzz run --fuzz-dir tests/fuzz --target-dir "$target/fuzz" "$name" \
      "$target/fuzz/corpus/$name" "tests/fuzz/corpus/$name" -- \
      -dict="tests/fuzz/dictionaries/$name" -max_total_time="$seconds" -max_len=8192 \
      -timeout=10 -print_final_stats=1 \
      -artifact_prefix="$target/fuzz/found/$name/" ||
      die "fuzzing $name found something; the input is in $target/fuzz/found/$name"
  done
  say "nothing found"
}

case ${1:-} in
  '') run_hub ;;
  --sandbox) sandbox ;;
  test) run_tests "${@:2}" ;;
  chaos) chaos "${@:2}" ;;
  ledger) ledger "${@:2}" ;;
  fence) fence "${@:2}" ;;
  bench) bench "${@:2}" ;;
  attack) attack "${@:2}" ;;
  calls) calls "${@:2}" ;;
  fuzz) fuzz "${@:2}" ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
