//! Whole files of planted journeys. A file that is not in the folder is made here by our own generator, and used only
//! when it is byte for byte the one the numbers are of.

use crate::case::{Answer, Case, map, out, outs};
use crate::table::digest;
use insight::calibration::Scored;
use insight::figure::{self, Absent, Interval};
use insight::planted::{self, AS_OF_S, Journey, Planted};
use insight::regression::cells::{self, Pattern};
use insight::survival::curve::Curve;
use insight::survival::log_rank::{Weights, log_rank};
use insight::survival::{Cause, Exits};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const DAY_S: f64 = 86_400.0;
const HOUR_S: u32 = 3_600;
const HORIZON_S: u32 = 30 * 86_400;

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let path = case.inputs["csv"].as_str()?;
    let size = case.inputs["generator"].as_str()?.strip_prefix("gen.py ")?;
    let (size, seed) = size.split_once("--seed").unwrap_or((size, "42"));
    let rows = size.trim().parse::<f64>().ok()? as u64;
    let planted = Planted::new(rows, seed.trim().parse().ok()?);
    Some(same_file(case, path, &planted).and_then(|()| figures(case, &planted)))
}

fn same_file(case: &Case, path: &str, planted: &Planted) -> figure::Answer<()> {
    let bytes = std::fs::read(case.folder.join(path)).unwrap_or_default();
    let mut ours = planted::csv_header();
    planted.journeys().for_each(|journey| journey.write_csv(&mut ours));
    if !bytes.is_empty() && bytes != ours.as_bytes() {
        return Err(Absent::Invalid("our generator makes another file"));
    }
    if case.inputs["sha256"].as_str().is_some_and(|want| want != digest(ours.as_bytes())) {
        return Err(Absent::Invalid("our generator makes a file of another sha256"));
    }
    Ok(())
}

fn figures(case: &Case, planted: &Planted) -> Answer {
    let hours = case.words.contains("hours");
    if case.wants("n") && case.wants("paid") {
        return Ok(counts(planted));
    }
    if case.wants("conversion_by") {
        return overall(case, planted, hours);
    }
    if case.wants("chi2") {
        let groups = by_variant(planted, hours)?;
        let test = log_rank(&groups.iter().collect::<Vec<_>>(), Weights::Equal)?;
        return Ok(map([("chi2", out(test.statistic)), ("dof", test.dof.into()), ("p", out(test.p))]));
    }
    if case.wants("coef") {
        return regression(planted);
    }
    if case.words.contains("brier") {
        return hypotheses(planted);
    }
    variants_at_horizon(planted, hours)
}

fn watched(journey: &Journey, hours: bool) -> (f64, Cause, f64) {
    let (seconds, cause) = match journey.paid_after_s {
        Some(after) => (after, Cause::Paid),
        None => (AS_OF_S - journey.created_s, Cause::Censored),
    };
    (f64::from(if hours { seconds.div_ceil(HOUR_S) } else { seconds }), cause, 1.0)
}

fn counts(planted: &Planted) -> Map<String, Value> {
    let (mut n, mut paid) = (vec![0_u64; planted::VARIANTS], vec![0_u64; planted::VARIANTS]);
    for journey in planted.journeys() {
        n[usize::from(journey.variant)] += 1;
        paid[usize::from(journey.variant)] += u64::from(journey.paid_after_s.is_some());
    }
    map([("n", json!(n)), ("paid", json!(paid))])
}

fn overall(case: &Case, planted: &Planted, hours: bool) -> Answer {
    let curve = Curve::fit(&Exits::new(planted.journeys().map(|journey| watched(&journey, hours)))?)?;
    let day = if hours { 24.0 } else { DAY_S };
    let days = case.list("at_days").unwrap_or_default();
    let by = days
        .iter()
        .map(|days| (format!("{days:.0}"), out(curve.conversion_at(days * day, 0.95).0)))
        .collect();
    Ok(map([("conversion_by", Value::Object(by))]))
}

fn by_variant(planted: &Planted, hours: bool) -> figure::Answer<Vec<Exits>> {
    let mut rows: Vec<Vec<(f64, Cause, f64)>> = vec![Vec::new(); planted::VARIANTS];
    for journey in planted.journeys() {
        rows[usize::from(journey.variant)].push(watched(&journey, hours));
    }
    rows.into_iter().map(Exits::new).collect()
}

fn variants_at_horizon(planted: &Planted, hours: bool) -> Answer {
    let mut got = Map::new();
    for (variant, exits) in by_variant(planted, hours)?.iter().enumerate() {
        let unit = if hours { f64::from(HOUR_S) } else { 1.0 };
        let (rate, Interval { low, high }) =
            Curve::fit(exits)?.conversion_at(f64::from(HORIZON_S) / unit, 0.95);
        got.insert(variant.to_string(), outs(&[rate, low, high]));
    }
    Ok(got)
}

fn matured(planted: &Planted) -> impl Iterator<Item = (Journey, bool)> + '_ {
    planted
        .journeys()
        .filter(|journey| AS_OF_S - journey.created_s >= HORIZON_S)
        .map(|journey| (journey, journey.paid_after_s.is_some_and(|after| after <= HORIZON_S)))
}

fn hypotheses(planted: &Planted) -> Answer {
    let mut pairs: BTreeMap<u8, Vec<(f64, bool)>> = BTreeMap::new();
    for (journey, paid) in matured(planted) {
        if let Some(percent) = journey.predicted_percent {
            pairs.entry(journey.hypothesis).or_default().push((f64::from(percent) / 100.0, paid));
        }
    }
    let mut got = Map::new();
    for (hypothesis, pairs) in pairs {
        let scored = Scored::new(pairs)?;
        let figures = [scored.n() as f64, scored.brier(), scored.mean_prediction(), scored.base_rate()];
        got.insert(hypothesis.to_string(), outs(&figures));
    }
    Ok(got)
}

fn regression(planted: &Planted) -> Answer {
    let mut patterns: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for (journey, paid) in matured(planted) {
        let cell = patterns.entry(journey.elements).or_default();
        cell.0 += 1;
        cell.1 += u32::from(paid);
    }
    let patterns: Vec<Pattern> =
        patterns.into_iter().map(|(flags, (n, k))| Pattern { flags, n, k }).collect();
    let fit = cells::fit(&patterns, planted::ELEMENTS)?;
    Ok(map([
        ("coef", outs(&fit.coefficients)),
        ("se", outs(&fit.errors())),
        ("loglik", out(fit.log_likelihood)),
    ]))
}
