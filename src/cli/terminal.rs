//! The terminal in which somebody logs an account in.
//!
//! It owns what stands on the screen and how questions are asked. It must not know what they are
//! for.

use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use std::io::{self, IsTerminal as _, Write as _};
use tokio::sync::oneshot;

/// A terminal, left as it was found.
pub(super) struct Terminal {
    before: Termios,
    /// How many lines of a picture stand above the cursor.
    lines: usize,
}

impl Terminal {
    /// The terminal of this process; `None` when its input or its output is none.
    pub(super) fn of_process() -> Option<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return None;
        }
        let before = tcgetattr(io::stdin()).ok()?;
        Some(Self { before, lines: 0 })
    }

    /// Shows a picture in the place of the last one.
    pub(super) fn show(&mut self, picture: &str) -> io::Result<()> {
        self.clear()?;
        let mut out = io::stdout().lock();
        out.write_all(picture.as_bytes())?;
        self.lines = picture.lines().count();
        out.flush()
    }

    /// Takes the picture away: whoever comes later cannot scan it.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.lines);
        if lines == 0 {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        // Up to the picture's first line, and everything from there on erased (ECMA-48, 8.3.22 and
        // 8.3.39).
        write!(out, "\x1b[{lines}F\x1b[J")?;
        out.flush()
    }

    /// Says something in a line of its own.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.clear()?;
        writeln!(io::stdout(), "{text}")
    }

    /// Asks for a line.
    pub(super) async fn ask(&mut self, question: &str) -> io::Result<String> {
        self.clear()?;
        let mut out = io::stdout().lock();
        write!(out, "{question}")?;
        out.flush()?;
        drop(out);
        on_thread(|| {
            let mut line = String::new();
            match io::stdin().read_line(&mut line)? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(line.trim().to_owned()),
            }
        })
        .await
    }

    /// Asks for something that the terminal does not show.
    pub(super) async fn ask_secretly(&mut self, question: &str) -> io::Result<SecretString> {
        self.clear()?;
        let question = question.to_owned();
        on_thread(move || rpassword::prompt_password(question).map(SecretString::from)).await
    }
}

impl Drop for Terminal {
    /// A question that was given up may have left the terminal silent.
    fn drop(&mut self) {
        drop(self.clear());
        // Nothing is left to do about a terminal that has gone.
        tcsetattr(io::stdin(), SetArg::TCSANOW, &self.before).ok();
    }
}

/// Waits for somebody who types, on a thread that nobody waits for: it ends with the process.
async fn on_thread<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, answer) = oneshot::channel();
    std::thread::spawn(move || drop(sender.send(read())));
    answer
        .await
        .unwrap_or_else(|_ended| Err(io::ErrorKind::UnexpectedEof.into()))
}
