//! Forecasts of series, and customer lifetime value.

use crate::case::{Answer, Case, bounds, map, or_null, out, outs};
use crate::table::Table;
use insight::figure::Absent;
use insight::forecast::smoothing::{self, Constants, State};
use insight::forecast::{local_level, scoring};
use insight::lifetime::{self, BgNbd, Buyer, Orders};
use serde_json::{Map, Value};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    if let Some(actual) = case.list("actual") {
        return Some(scored(case, &actual));
    }
    if case.inputs["t_x"].is_number() {
        return Some(Ok(purchases(case)));
    }
    let table = Table::of(case);
    if let Some(table) = table.as_ref().filter(|table| table.has("frequency")) {
        return Some(if case.wants("v") { orders(table) } else { buyers(table) });
    }
    let series = case
        .list("y")
        .or_else(|| table.filter(|table| table.has("volume")).map(|table| table.column("volume")))?;
    if case.inputs["alpha"].is_number() && case.inputs["l0"].is_number() {
        return Some(Ok(fixed(case, &series)));
    }
    if case.wants("scale") {
        return Some(naive(case, &series));
    }
    if case.wants("sigma2_eps") {
        return Some(wandering(case, &series));
    }
    case.wants("level").then(|| {
        smoothing::simple(&series).map(|(alpha, level)| map([("alpha", out(alpha)), ("level", out(level))]))
    })
}

/// `q10`, `q90`, … are forecasts of those quantiles, `forecast` one of the middle.
fn scored(case: &Case, actual: &[f64]) -> Answer {
    let mut got = Map::new();
    let mut quantiles: Vec<(f64, Vec<f64>)> = Vec::new();
    for key in case.inputs.as_object().into_iter().flatten().map(|(key, _)| key) {
        let percent = key.strip_prefix('q').and_then(|digits| digits.parse::<f64>().ok());
        if let (Some(percent), Some(forecast)) = (percent, case.list(key)) {
            got.insert(format!("pinball_{key}"), out(scoring::pinball(actual, &forecast, percent / 100.0)?));
            quantiles.push((percent, forecast));
        }
    }
    quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let [(_, low), .., (_, high)] = quantiles.as_slice() {
        got.insert("coverage".to_owned(), out(scoring::coverage(actual, low, high)?));
    }
    if let Some(forecast) = case.list("forecast") {
        let scale = case.f64("scale").map(Ok).or_else(|| {
            let period = case.u64("period").unwrap_or(1) as usize;
            Some(scoring::naive_scale(&case.list("y")?, period))
        });
        got.insert("mase".to_owned(), out(scoring::mase(actual, &forecast, scale.ok_or(Absent::NoData)??)?));
    }
    Ok(got)
}

fn fixed(case: &Case, y: &[f64]) -> Map<String, Value> {
    let get = |key: &str, default: f64| case.f64(key).unwrap_or(default);
    let constants = Constants {
        alpha: get("alpha", 0.0),
        beta: get("beta", 0.0),
        gamma: get("gamma", 0.0),
        phi: get("phi", 1.0),
    };
    let start =
        State { level: get("l0", 0.0), trend: get("b0", 0.0), season: case.list("s0").unwrap_or_default() };
    let fit = smoothing::holt_winters(y, constants, start);
    let steps = case.u64("h").unwrap_or(1) as usize;
    let forecast = if case.words.contains("statsmodels") {
        fit.forecast_like_statsmodels(steps)
    } else {
        fit.forecast(steps)
    };
    map([("forecast", outs(&forecast)), ("sse", out(fit.sse))])
}

fn naive(case: &Case, y: &[f64]) -> Answer {
    let period = case.u64("period").unwrap_or(1) as usize;
    let forecast = scoring::seasonal_naive(y, period, period)?;
    Ok(map([("scale", out(scoring::naive_scale(y, period)?)), ("naive_forecast", outs(&forecast))]))
}

fn wandering(case: &Case, y: &[f64]) -> Answer {
    let fit = local_level::fit(y)?;
    let steps = case.u64("steps").unwrap_or(10) as u32;
    let mut got = map([
        ("sigma2_eps", out(fit.noise)),
        ("sigma2_eta", out(fit.drift)),
        ("mean", out(fit.level)),
        ("loglik", out(fit.log_likelihood)),
    ]);
    for step in 1..=steps {
        got.insert(format!("ci95_h{step}"), bounds(fit.interval(step, 0.95)));
    }
    Ok(got)
}

fn purchases(case: &Case) -> Map<String, Value> {
    let get = |key: &str| case.f64(key).unwrap_or(f64::NAN);
    let model = BgNbd { r: get("r"), alpha: get("alpha"), a: get("a"), b: get("b") };
    let buyer = Buyer { repeats: get("x"), last: get("t_x"), age: get("T") };
    map([("expected", out(model.expected(&buyer, get("t")))), ("p_alive", out(model.alive(&buyer)))])
}

fn buyers(table: &Table) -> Answer {
    let (repeats, last, age) = (table.column("frequency"), table.column("recency"), table.column("T"));
    let buyers: Vec<Buyer> =
        (0..table.len()).map(|row| Buyer { repeats: repeats[row], last: last[row], age: age[row] }).collect();
    let (fit, likelihood) = lifetime::fit_bg_nbd(&buyers)?;
    Ok(map([
        ("r", out(fit.r)),
        ("alpha", out(fit.alpha)),
        ("a", out(fit.a)),
        ("b", out(fit.b)),
        ("loglik", out(likelihood)),
    ]))
}

fn orders(table: &Table) -> Answer {
    let (counts, means) = (table.column("frequency"), table.column("monetary_value"));
    let orders: Vec<Orders> =
        counts.iter().zip(&means).map(|(count, mean)| Orders { count: *count, mean: *mean }).collect();
    let fit = lifetime::fit_gamma_gamma(&orders)?;
    let example = fit.expected_order(Orders { count: 1.0, mean: 20.0 });
    Ok(map([("p", out(fit.p)), ("q", out(fit.q)), ("v", out(fit.v)), ("profit_f1_m20", or_null(example))]))
}
