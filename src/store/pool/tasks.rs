//! What a store does of its own, beside its callers.
//!
//! It owns these tasks, from the opening of the store until it is closed.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[derive(Debug, Default)]
pub(super) struct Tasks {
    running: TaskTracker,
    closing: CancellationToken,
}

impl Tasks {
    /// Runs a task until the store is closed.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let closing = self.closing.clone();
        self.running.spawn(async move {
            // What is under way on a thread goes on to its end.
            closing.run_until_cancelled(task).await;
        });
    }

    /// Ends all of them, and waits until they have ended.
    pub(super) async fn end(&self) {
        self.closing.cancel();
        self.running.close();
        self.running.wait().await;
    }
}
