//! Drives a server: closed loop, where each connection sends its next event once the last was answered, and open loop,
//! where events are due by the clock whatever the server does.

use super::events::Batch;
use super::http::Connection;
use crate::Outcome;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Connections of the open loop; more events than that under way wait for one, and their latency counts it.
pub(crate) const OPEN_LOOP_CONNECTIONS: usize = 128;
/// How closely the open loop keeps to its schedule; it sleeps in between.
const PACE: Duration = Duration::from_micros(200);

/// What came of the events sent.
#[derive(Default)]
pub(crate) struct Answers {
    /// Answered 200.
    pub(crate) accepted: u64,
    /// Answered otherwise.
    pub(crate) refused: u64,
    /// Not answered.
    pub(crate) broken: u64,
    /// Of the accepted, in µs, ascending.
    pub(crate) latencies_us: Vec<u32>,
    /// From the first event to the last answer.
    pub(crate) took: Duration,
}

impl Answers {
    /// In milliseconds; `None` when nothing was accepted.
    pub(crate) fn quantile_ms(&self, quantile: f64) -> Option<f64> {
        let last = self.latencies_us.len().checked_sub(1)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of a vector that fits in memory"
        )]
        let at = (last as f64 * quantile).ceil() as usize;
        self.latencies_us.get(at).map(|us| f64::from(*us) / 1000.0)
    }

    pub(crate) fn failed(&self) -> u64 {
        self.refused + self.broken
    }

    fn note(&mut self, status: &std::io::Result<u16>, since: Instant) {
        match status {
            Ok(200) => {
                self.accepted += 1;
                self.latencies_us.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Ok(_) => self.refused += 1,
            Err(_) => self.broken += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.broken += other.broken;
        self.latencies_us.extend(other.latencies_us);
    }
}

/// Where and how to send.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) duration: Duration,
    /// Threads of the driver.
    pub(crate) threads: usize,
    /// The server remembers nothing, so the batch may be sent again and again.
    pub(crate) repeat: bool,
}

/// Each connection sends as fast as it is answered, until the time is over or the batch is.
pub(crate) fn closed_loop(batch: Batch, plan: Plan) -> Outcome<Answers> {
    let begin = Instant::now();
    drive(&Arc::new(Load { batch, plan, gate: Gate::Until(begin + plan.duration) }), begin)
}

/// Events are due at a constant rate, whatever the server does; latency counts from when an event was due. Sends the
/// whole batch.
pub(crate) fn open_loop(batch: Batch, plan: Plan) -> Outcome<Answers> {
    let total = u32::try_from(batch.len())?.max(1);
    let begin = Instant::now();
    let gap = plan.duration / total;
    let schedule = Schedule { begin, gap, released: Semaphore::new(0), taken: AtomicU32::new(0), total };
    let load = Arc::new(Load { batch, plan, gate: Gate::Schedule(schedule) });
    std::thread::scope(|scope| {
        scope.spawn(|| load.gate.pace(plan.connections));
        drive(&load, begin)
    })
}

struct Load {
    batch: Batch,
    plan: Plan,
    gate: Gate,
}

/// When a connection may send.
enum Gate {
    Until(Instant),
    Schedule(Schedule),
}

struct Schedule {
    begin: Instant,
    gap: Duration,
    /// Events that are due.
    released: Semaphore,
    taken: AtomicU32,
    total: u32,
}

impl Gate {
    /// Waits until an event is due. Returns when it was, or `None` at the end.
    async fn next(&self) -> Option<Instant> {
        match self {
            Self::Until(end) => Some(Instant::now()).filter(|now| now < end),
            Self::Schedule(schedule) => {
                schedule.released.acquire().await.ok()?.forget();
                let number = schedule.taken.fetch_add(1, Ordering::Relaxed);
                (number < schedule.total).then(|| schedule.begin + schedule.gap * number)
            }
        }
    }

    /// Releases what is due, on a thread of its own: the runtime's timers are a millisecond coarse.
    fn pace(&self, connections: usize) {
        let Self::Schedule(schedule) = self else { return };
        let mut released = 0;
        while released < schedule.total {
            std::thread::sleep(PACE.max((schedule.begin + schedule.gap * released) - Instant::now()));
            let due = schedule.begin.elapsed().as_nanos() / schedule.gap.as_nanos().max(1) + 1;
            let due = u32::try_from(due).unwrap_or(u32::MAX).min(schedule.total);
            schedule.released.add_permits((due - released) as usize);
            released = due;
        }
        // One more for each connection, to tell it that nothing else comes.
        schedule.released.add_permits(connections);
    }
}

fn drive(load: &Arc<Load>, begin: Instant) -> Outcome<Answers> {
    let threads = load.plan.threads.min(load.plan.connections);
    let mut answers = std::thread::scope(|scope| {
        let spawn = |thread| scope.spawn(move || drive_some(load, load.plan.connections, thread, threads));
        let running: Vec<_> = (0..threads).map(spawn).collect();
        let mut sum = Answers::default();
        for thread in running {
            sum.add(thread.join().map_err(|_| "a thread of the driver failed")??);
        }
        Outcome::Ok(sum)
    })?;
    answers.took = begin.elapsed();
    answers.latencies_us.sort_unstable();
    Ok(answers)
}

/// Every `threads`-th connection, on one thread.
fn drive_some(load: &Arc<Load>, connections: usize, thread: usize, threads: usize) -> Outcome<Answers> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let own = (thread..connections).step_by(threads);
        let senders: Vec<_> = own.map(|_| tokio::spawn(send(Arc::clone(load)))).collect();
        let mut sum = Answers::default();
        for sender in senders {
            sum.add(sender.await??);
        }
        Ok(sum)
    })
}

async fn send(load: Arc<Load>) -> std::io::Result<Answers> {
    let mut connection = Connection::open(load.plan.address).await?;
    let mut request = load.batch.buffer();
    let mut answers = Answers::default();
    while let Some(since) = load.gate.next().await {
        if !load.batch.write_next(&mut request) {
            if !load.plan.repeat {
                break;
            }
            load.batch.rewind();
            continue;
        }
        let status = connection.exchange(&request).await;
        if status.is_err() {
            connection = Connection::open(load.plan.address).await?;
        }
        answers.note(&status, since);
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_latency_that_was_measured() {
        let answers = Answers { latencies_us: (1..=100).map(|n| n * 1000).collect(), ..Answers::default() };
        assert_eq!(answers.quantile_ms(0.5), Some(51.0));
        assert_eq!(answers.quantile_ms(1.0), Some(100.0));
        assert_eq!(Answers::default().quantile_ms(0.5), None);
    }
}
