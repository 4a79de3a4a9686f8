//! What processes cost, as Linux tells it in /proc.

use crate::Outcome;
use std::collections::BTreeMap;
use std::fs;

/// Of every `/proc/<pid>/stat`: `USER_HZ`, which is 100 on each architecture this runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds, user and system, that a process and all that it ever started have used. Children that ended count once
/// their parent has waited for them.
pub(crate) fn tree_seconds(root: u32) -> Outcome<f64> {
    let mut all: BTreeMap<u32, Stat> = BTreeMap::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        // A process may end while we look.
        if let Some((pid, stat)) = pid.and_then(|pid| Some((pid, Stat::read(pid)?))) {
            all.insert(pid, stat);
        }
    }
    if !all.contains_key(&root) {
        return Err(format!("process {root} is gone").into());
    }
    let mut seconds = 0.0;
    let mut waiting = vec![root];
    while let Some(pid) = waiting.pop() {
        seconds += all.get(&pid).map_or(0.0, |stat| stat.seconds);
        waiting.extend(all.iter().filter(|(_, stat)| stat.parent == pid).map(|(child, _)| *child));
    }
    Ok(seconds)
}

/// CPU seconds of this process alone, without its children.
pub(crate) fn own_seconds() -> Outcome<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    Ok(Stat::parse(&text).map(|stat| stat.own_seconds).ok_or("/proc/self/stat is not as expected")?)
}

/// CPU seconds of the whole machine, without what it idled or waited.
pub(crate) fn machine_seconds() -> Outcome<f64> {
    let text = fs::read_to_string("/proc/stat")?;
    let first = text.lines().next().unwrap_or_default();
    // user, nice, system, idle, iowait, irq, softirq
    let ticks = first.split_whitespace().skip(1).take(7).enumerate().filter(|(at, _)| ![3, 4].contains(at));
    let ticks: f64 = ticks.filter_map(|(_, text)| text.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_PER_SECOND)
}

/// The most memory that was resident at once, in MB.
pub(crate) fn peak_rss_mb(pid: u32) -> Outcome<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = text.lines().find_map(|line| {
        let rest = line.strip_prefix("VmHWM:")?;
        rest.split_whitespace().next()?.parse::<f64>().ok()
    });
    kib.map(|kib| kib * 1024.0 / 1e6).ok_or_else(|| "the system does not tell VmHWM".into())
}

struct Stat {
    parent: u32,
    own_seconds: f64,
    /// With children that ended and were waited for.
    seconds: f64,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The name in parentheses may hold anything, so fields are counted from behind it. See proc(5).
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        // utime, stime, cutime, cstime: fields 14 to 17, and the first one here is field 3.
        let seconds: f64 = fields.get(11..15)?.iter().filter_map(|text| text.parse::<f64>().ok()).sum();
        let own: f64 = fields.get(11..13)?.iter().filter_map(|text| text.parse::<f64>().ok()).sum();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own_seconds: own / TICKS_PER_SECOND,
            seconds: seconds / TICKS_PER_SECOND,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Stat;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = Stat::parse("7 (a) b (c) S 3 7 7 0 -1 0 0 0 0 0 100 50 30 20 20 0 1").unwrap();
        assert_eq!((stat.parent, stat.seconds.to_bits()), (3, 2.0_f64.to_bits()));
    }
}
