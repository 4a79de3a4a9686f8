//! Curves, log-rank tests, hazards, and regressions.

use crate::case::{Answer, Case, bounds, map, number, numbers, out, outs};
use crate::table::{Table, labels, values};
use insight::figure::{self, Absent};
use insight::regression::logistic::{self, Penalty, Rows};
use insight::survival::curve::Curve;
use insight::survival::log_rank::{Weights, log_rank};
use insight::survival::{Cause, Exits, competing, cox, weibull};
use serde_json::{Map, Value};

const TIMES: [&str; 4] = ["time", "times", "durations", "t"];
const EVENTS: [&str; 4] = ["event", "events", "event_observed", "status"];
const GROUPS: [&str; 3] = ["group", "groups", "by"];

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    if case.inputs["covariates"].is_array() {
        return None;
    }
    let table = Table::of(case);
    let table = table.as_ref();
    if let Some(causes) = values(case, table, &["cause", "causes"]) {
        return values(case, table, &TIMES).map(|times| incidence(case, &times, &causes));
    }
    let (times, events) = match (values(case, table, &TIMES), values(case, table, &EVENTS)) {
        (Some(times), Some(events)) => (times, events),
        // One form leaves the columns out: the file has one pair of them.
        _ => bare_columns(case, table?)?,
    };
    if let Some(groups) = labels(case, table, &GROUPS) {
        return Some(compared(case, &times, &events, &groups));
    }
    if case.wants("rho") || case.wants("lambda_") {
        return Some(delay(&times, &events));
    }
    Some(one_curve(case, &times, &events))
}

fn bare_columns(case: &Case, table: &Table) -> Option<(Vec<f64>, Vec<f64>)> {
    let asked = ["cumhaz", "survival", "median", "chi2"].iter().any(|key| case.wants(key));
    let pairs = [
        ("t", "status"),
        ("T", "E"),
        ("time", "status"),
        ("time", "event"),
        ("week", "arrest"),
        ("Time", "Censor"),
        ("duration", "observed"),
    ];
    let (time, event) = pairs.into_iter().find(|(time, event)| table.has(time) && table.has(event))?;
    asked.then(|| (table.column(time), table.column(event)))
}

fn exits(case: &Case, times: &[f64], events: &[f64]) -> figure::Answer<Exits> {
    let weights =
        case.list("weight").or_else(|| case.list("weights")).unwrap_or_else(|| vec![1.0; times.len()]);
    Exits::new(times.iter().zip(events).zip(weights).map(|((time, event), weight)| {
        (*time, if *event == 0.0 { Cause::Censored } else { Cause::Paid }, weight)
    }))
}

fn one_curve(case: &Case, times: &[f64], events: &[f64]) -> Answer {
    let curve = Curve::fit(&exits(case, times, events)?)?;
    let level = case.level();
    let at = case.list("at").unwrap_or_default();
    let by_time = |figure: &dyn Fn(f64) -> Value| {
        let shown = |time: &f64| if time.fract() == 0.0 { format!("{time:.0}") } else { time.to_string() };
        Value::Object(at.iter().map(|time| (shown(time), figure(*time))).collect::<Map<_, _>>())
    };
    let timeline: Vec<f64> = std::iter::once(0.0).chain(curve.steps().iter().map(|step| step.time)).collect();
    let heights: Vec<f64> = timeline.iter().map(|time| curve.survival_at(*time)).collect();
    let survival = if at.is_empty() { outs(&heights) } else { by_time(&|time| out(curve.survival_at(time))) };
    Ok(map([
        ("median", out(curve.quantile(0.5).unwrap_or(f64::INFINITY))),
        ("median_ci_loglog", bounds(curve.quantile_interval(0.5, level))),
        ("survival", survival),
        ("timeline", outs(&timeline)),
        ("ci_loglog_at", by_time(&|time| bounds(curve.band_at(time, level)))),
        ("cumhaz", by_time(&|time| out(curve.hazard_at(time)))),
    ]))
}

fn incidence(case: &Case, times: &[f64], causes: &[f64]) -> Answer {
    let exits = Exits::new(times.iter().zip(causes).map(|(time, cause)| {
        let ended = match *cause as i64 {
            0 => Cause::Censored,
            1 => Cause::Paid,
            _ => Cause::Closed,
        };
        (*time, ended, 1.0)
    }))?;
    let incidence = competing::Incidence::fit(&exits)?;
    let mut got = map([
        ("cif_paid_end", out(incidence.at(f64::MAX))),
        ("naive_1_minus_km", out(1.0 - Curve::fit(&exits)?.survival_at(f64::MAX))),
    ]);
    if let Some(at) = case.list("at") {
        let cif = at.iter().map(|time| (format!("{time}"), out(incidence.at(*time)))).collect();
        got.insert("cif_paid".to_owned(), Value::Object(cif));
    }
    Ok(got)
}

fn compared(case: &Case, times: &[f64], events: &[f64], groups: &[String]) -> Answer {
    let weights = match case.inputs["weights"].as_str().or_else(|| case.inputs["weightings"].as_str()) {
        None => Weights::Equal,
        Some("wilcoxon") => Weights::Wilcoxon,
        Some("tarone-ware") => Weights::TaroneWare,
        Some("peto") => Weights::Peto,
        Some("fleming-harrington") => {
            Weights::FlemingHarrington { p: case.f64("p").unwrap_or(1.0), q: case.f64("q").unwrap_or(0.0) }
        }
        Some(_) => return Err(Absent::Invalid("weights not understood")),
    };
    let mut names = groups.to_vec();
    names.sort();
    names.dedup();
    let parts: figure::Answer<Vec<Exits>> = names
        .iter()
        .map(|name| {
            Exits::new(times.iter().zip(events).zip(groups).filter(|(_, group)| *group == name).map(
                |((time, event), _)| (*time, if *event == 0.0 { Cause::Censored } else { Cause::Paid }, 1.0),
            ))
        })
        .collect();
    let parts = parts?;
    let test = log_rank(&parts.iter().collect::<Vec<_>>(), weights)?;
    Ok(map([("chi2", out(test.statistic)), ("dof", f64::from(test.dof).into()), ("p", out(test.p))]))
}

fn delay(times: &[f64], events: &[f64]) -> Answer {
    let rows = times
        .iter()
        .zip(events)
        .map(|(time, event)| (*time, if *event == 0.0 { Cause::Censored } else { Cause::Paid }, 1.0));
    let fit = weibull::fit(&Exits::new(rows)?)?;
    Ok(map([("lambda_", out(fit.scale)), ("rho", out(fit.shape)), ("loglik", out(fit.log_likelihood))]))
}

pub(crate) fn regressions(case: &Case) -> Option<Answer> {
    if case.inputs["covariates"].is_array() {
        return Some(hazards(case));
    }
    if !case.wants("coef") {
        return None;
    }
    let (x, y) = design(case)?;
    let penalty = if case.words.contains("firth") { Penalty::Firth } else { Penalty::None };
    Some(odds(&x, &y, penalty))
}

fn names(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

fn hazards(case: &Case) -> Answer {
    let table = Table::of(case).ok_or(Absent::NoData)?;
    let times = values(case, Some(&table), &TIMES).ok_or(Absent::NoData)?;
    let events = values(case, Some(&table), &EVENTS).ok_or(Absent::NoData)?;
    let columns: Vec<Vec<f64>> =
        names(&case.inputs["covariates"]).iter().map(|name| table.column(name)).collect();
    let subjects: Vec<cox::Subject> = (0..times.len())
        .map(|row| cox::Subject {
            time: times[row],
            paid: events[row] != 0.0,
            x: columns.iter().map(|column| column[row]).collect(),
        })
        .collect();
    let fit = cox::fit(&subjects)?;
    Ok(map([
        ("coef", outs(&fit.coefficients)),
        ("se", outs(&fit.errors)),
        ("p", outs(&fit.p)),
        ("loglik", out(fit.log_likelihood)),
        ("concordance", fit.concordance.map_or(Value::Null, out)),
    ]))
}

/// Rows of covariates with the outcome; `const` is the constant 1, which lists given in place leave out.
fn design(case: &Case) -> Option<(Vec<Vec<f64>>, Vec<f64>)> {
    let table = Table::of(case);
    let y = values(case, table.as_ref(), &["y"])?;
    let x = case.inputs["x"].as_array()?;
    if let Some(table) = &table {
        let columns: Vec<Vec<f64>> = names(&case.inputs["x"])
            .iter()
            .map(|name| {
                if name == "const" && !table.has(name) { vec![1.0; table.len()] } else { table.column(name) }
            })
            .collect();
        return Some((
            (0..y.len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect(),
            y,
        ));
    }
    let rows: Option<Vec<Vec<f64>>> = x
        .iter()
        .map(|row| {
            let given = number(row).map(|x| vec![x]).or_else(|| numbers(row))?;
            Some(std::iter::once(1.0).chain(given).collect())
        })
        .collect();
    let mut rows = rows?;
    // Lists that bring their own constant do not get another.
    if rows[0].len() > 2 && rows.iter().all(|row| row[1].to_bits() == 1.0_f64.to_bits()) {
        for row in &mut rows {
            row.remove(0);
        }
    }
    Some((rows, y))
}

fn odds(x: &[Vec<f64>], y: &[f64], penalty: Penalty) -> Answer {
    let mut rows = Rows::new(x.first().map_or(0, Vec::len));
    for (x, y) in x.iter().zip(y) {
        rows.push(x, *y, 1.0);
    }
    let fit = logistic::fit(&rows, penalty)?;
    let likelihood = if penalty == Penalty::Firth { fit.penalised } else { fit.log_likelihood };
    Ok(map([
        ("coef", outs(&fit.coefficients)),
        ("se", outs(&fit.errors())),
        ("p", outs(&fit.p_values())),
        ("loglik", out(likelihood)),
    ]))
}
