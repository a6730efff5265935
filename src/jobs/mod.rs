//! Named things done on a clock. Each can be asked to stop, and can run twice.

mod connectors;

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

pub use connectors::{FolderWatch, report};

/// What a job does each time.
pub type Step = Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>>>>;

/// Something done on a clock.
pub struct Job {
    /// What the log calls it.
    pub name: &'static str,
    /// How often it is done.
    pub every: Duration,
    /// Whether it is done once more when the program stops.
    pub at_stop: bool,
    /// What is done.
    pub step: Box<dyn Fn() -> Step>,
}

impl Job {
    /// Does the job until `stop` says so. A failure is logged, and the next time is another try.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut ticks = tokio::time::interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick comes at once, and everything has just been done at start.
        ticks.tick().await;
        loop {
            tokio::select! {
                _ = ticks.tick() => self.once().await,
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        if self.at_stop {
            self.once().await;
        }
    }

    async fn once(&self) {
        if let Err(error) = (self.step)().await {
            tracing::error!(job = self.name, error = %error, "a job failed; it is tried again");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_is_done_on_its_clock_also_after_a_failure_and_once_more_at_the_end() {
        let done = Rc::new(Cell::new(0));
        let counted = Rc::clone(&done);
        let job = Job {
            name: "test",
            every: Duration::from_secs(10),
            at_stop: true,
            step: Box::new(move || {
                counted.set(counted.get() + 1);
                Box::pin(async { Err("always".into()) })
            }),
        };
        let (stop, stopped) = watch::channel(false);
        tokio::join!(job.run(stopped), async {
            tokio::time::sleep(Duration::from_secs(35)).await;
            assert_eq!(done.get(), 3);
            stop.send_replace(true);
        });
        assert_eq!(done.get(), 4);
    }
}
