//! Proportions, exact tests, sample sizes, odds ratios over strata, sample ratios.

use crate::case::{Answer, Case, bounds, map, numbers, out};
use insight::figure::{self, Absent};
use insight::proportion::{Proportion, newcombe_difference};
use insight::regression::mantel_haenszel;
use insight::{exact, multiplicity, sample_size, sequential};
use serde_json::{Map, Value, json};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let inputs = &case.inputs;
    let has = |key: &str| !inputs[key].is_null();
    if has("k") && has("n") && has("predicted") {
        return Some(binomial(case));
    }
    if has("k") && has("n") && case.wants("ci") {
        return Some(beta_mixture(case));
    }
    if has("k") && has("n") {
        return Some(intervals(case));
    }
    if has("a") && has("b") && numbers(&inputs["a"]).is_some() {
        return Some(difference(case));
    }
    if has("table") {
        return Some(two_by_two(case));
    }
    if has("p1") && has("p2") {
        return Some(journeys_needed(case));
    }
    if has("strata") {
        return Some(strata(case));
    }
    if has("users") || has("units") {
        return Some(sample_ratio(case));
    }
    if has("tuning") && has("s2") {
        return Some(asymptotic(case));
    }
    has("p").then(|| adjusted(case)).flatten()
}

fn whole(case: &Case, key: &str) -> figure::Answer<u64> {
    case.u64(key).ok_or(Absent::Invalid("a whole number is needed"))
}

fn binomial(case: &Case) -> Answer {
    let p = exact::binomial_test(whole(case, "k")?, whole(case, "n")?, case.f64("predicted").unwrap_or(0.5))?;
    Ok(map([("p_two_sided", out(p))]))
}

fn prior(case: &Case) -> sequential::BetaPrior {
    match case.list("prior").as_deref() {
        Some([a, b]) => sequential::BetaPrior { a: *a, b: *b },
        _ => sequential::BetaPrior::UNIFORM,
    }
}

fn beta_mixture(case: &Case) -> Answer {
    let ci = sequential::beta_mixture(whole(case, "k")?, whole(case, "n")?, case.alpha(), prior(case))?;
    Ok(map([("ci", bounds(ci))]))
}

fn intervals(case: &Case) -> Answer {
    let proportion = Proportion::new(whole(case, "k")?, whole(case, "n")?)?;
    let level = case.level();
    Ok(map([
        ("rate", out(proportion.rate())),
        ("wilson", bounds(proportion.wilson(level))),
        ("clopper_pearson", bounds(proportion.clopper_pearson(level))),
        ("jeffreys", bounds(proportion.jeffreys(level))),
        ("agresti_coull", bounds(proportion.agresti_coull(level))),
        ("wald", bounds(proportion.wald(level))),
        ("normal", bounds(proportion.wald(level))),
    ]))
}

fn pair(value: &Value) -> figure::Answer<Proportion> {
    match numbers(value).as_deref() {
        Some([k, n]) => Proportion::new(*k as u64, *n as u64),
        _ => Err(Absent::Invalid("[k, n] is needed")),
    }
}

fn difference(case: &Case) -> Answer {
    let (diff, ci) = newcombe_difference(pair(&case.inputs["a"])?, pair(&case.inputs["b"])?, case.level());
    Ok(map([("diff", out(diff)), ("ci", bounds(ci))]))
}

fn rows(value: &Value) -> Option<Vec<Vec<f64>>> {
    value.as_array()?.iter().map(numbers).collect()
}

fn two_by_two(case: &Case) -> Answer {
    let table = rows(&case.inputs["table"]).ok_or(Absent::Invalid("a 2×2 table is needed"))?;
    let cell = |row: usize, column: usize| table[row][column] as u64;
    let fisher = exact::fisher([[cell(0, 0), cell(0, 1)], [cell(1, 0), cell(1, 1)]]);
    let odds = fisher.odds_ratio.map_or(Value::Null, out);
    Ok(map([
        ("p_two_sided", out(fisher.p)),
        ("p", out(fisher.p)),
        ("odds_ratio_unconditional", odds.clone()),
        ("odds_ratio", odds),
    ]))
}

fn journeys_needed(case: &Case) -> Answer {
    let get = |key: &str, default: f64| case.f64(key).unwrap_or(default);
    let n = sample_size::per_arm(get("p1", 0.0), get("p2", 0.0), get("alpha", 0.05), get("power", 0.8))?;
    Ok(map([("n_real", out(n)), ("n_per_arm", out(n.ceil()))]))
}

fn strata(case: &Case) -> Answer {
    let tables: Vec<mantel_haenszel::Table> = case.inputs["strata"]
        .as_array()
        .and_then(|list| list.iter().map(rows).collect::<Option<Vec<_>>>())
        .ok_or(Absent::Invalid("a list of 2×2 tables is needed"))?
        .into_iter()
        .map(|table| [[table[0][0], table[0][1]], [table[1][0], table[1][1]]])
        .collect();
    let pooled = mantel_haenszel::pool(&tables, case.level())?;
    Ok(map([
        ("common_or", out(pooled.odds_ratio)),
        ("or_ci", bounds(pooled.interval)),
        ("chi2", out(pooled.statistic)),
        ("p", out(pooled.p)),
        ("chi2_corrected", out(pooled.corrected)),
        ("crude_or", pooled.crude.map_or(Value::Null, out)),
    ]))
}

fn sample_ratio(case: &Case) -> Answer {
    let users =
        case.list("users").or_else(|| case.list("units")).ok_or(Absent::Invalid("counts are needed"))?;
    let users: Vec<u64> = users.into_iter().map(|n| n as u64).collect();
    let weights = case.list("weights").unwrap_or_else(|| vec![1.0; users.len()]);
    Ok(map([("p", out(multiplicity::sample_ratio(&users, &weights)?))]))
}

fn asymptotic(case: &Case) -> Answer {
    let get = |key: &str| case.f64(key).unwrap_or(f64::NAN);
    let sequence = sequential::Asymptotic::tuned(case.alpha(), get("tuning"))?;
    let half = sequence.half_width(get("n"), get("s2"));
    Ok(map([("rho", out(sequence.rho())), ("halfwidth", out(half))]))
}

/// The forms name their method in the case's name only.
fn adjusted(case: &Case) -> Option<Answer> {
    use multiplicity::Adjustment;
    let p = case.list("p").filter(|_| case.inputs["y"].is_null())?;
    let name = case.inputs["method"].as_str().map_or_else(|| case.name.to_lowercase(), str::to_lowercase);
    let how = if name.starts_with("bonferroni") {
        Adjustment::Bonferroni
    } else if name.contains("fdr_by") || name.starts_with("by_") {
        Adjustment::BenjaminiYekutieli
    } else if name.starts_with("holm") {
        Adjustment::Holm
    } else if name.contains("hochberg") && !name.contains("bh") {
        Adjustment::Hochberg
    } else if name.contains("bh") || name.contains("benjamini") {
        Adjustment::BenjaminiHochberg
    } else {
        return None;
    };
    let alpha = case.alpha();
    Some(multiplicity::adjust(&p, how).map(|adjusted| {
        let rejections = adjusted.iter().filter(|p| **p <= alpha).count();
        let mut got = Map::new();
        got.insert("adjusted".to_owned(), json!(adjusted));
        got.insert("rejections".to_owned(), json!(rejections));
        got
    }))
}
