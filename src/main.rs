//! The program; everything it does is in the library.

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;
use zeroizing_alloc::ZeroAlloc;

/// An account costs about 45 KiB with jemalloc and over 1 MiB with the C library's allocator once
/// it has reconnected. Its settings are compiled in by `.cargo/config.toml`.
///
/// What is freed is overwritten first: a password or a code passes through buffers of the HTTP
/// server, of the JSON reader and of the Telegram library, which none of them clears.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<Jemalloc> = ZeroAlloc(Jemalloc);

fn main() -> ExitCode {
    telegram_hub::cli::main()
}
