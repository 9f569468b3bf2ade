//! The program; everything it does is in the library.

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// An account costs about 45 KiB with jemalloc and over 1 MiB with the C library's allocator once
/// it has reconnected. Its settings are compiled in by `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    telegram_hub::cli::main()
}
