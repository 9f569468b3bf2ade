//! The settings of the binary.
//!
//! Owns the flags and their environment fallbacks.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// A local Telegram data centre for tests and the sandbox. Everything is in memory.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// Where clients connect (MTProto over TCP).
    #[arg(long, env = "SANDBOX_DC_LISTEN", default_value = "127.0.0.1:4430")]
    pub listen: SocketAddr,
    /// Where the JSON control API listens. It asks for no key: keep it on loopback.
    #[arg(long, env = "SANDBOX_CONTROL_LISTEN", default_value = "127.0.0.1:4431")]
    pub control: SocketAddr,
    /// Where to write the RSA public key, PKCS#1 PEM.
    #[arg(long)]
    pub key_out: Option<PathBuf>,
    /// Events in one slice of a difference.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub slice: u32,
    /// Be gentler than Telegram: no flood waits, and nothing else that the rules hold.
    #[arg(long)]
    pub gentle: bool,
    /// News for the same sessions that may travel in one `updates`.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub bundle: u32,
}
