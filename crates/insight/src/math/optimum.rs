//! Roots and minima of functions of a few unknowns.

/// A root of `f` between `low` and `high`, where its signs differ: Brent's method (Brent 1973, zeroin).
pub fn root(mut f: impl FnMut(f64) -> f64, low: f64, high: f64) -> Option<f64> {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fb == 0.0 {
        return Some(b);
    }
    if fa.is_nan() || fb.is_nan() || fa.signum() == fb.signum() {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let (mut d, mut e) = (b - a, b - a);
    for _ in 0..500 {
        if fb.signum() == fc.signum() {
            (c, fc) = (a, fa);
            d = b - a;
            e = d;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + 1e-300;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            break;
        }
        if e.abs() >= tolerance && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            } else {
                p = -p;
            }
            if 2.0 * p < (3.0 * half * q - (tolerance * q).abs()).min((e * q).abs()) {
                e = d;
                d = p / q;
            } else {
                d = half;
                e = half;
            }
        } else {
            d = half;
            e = half;
        }
        (a, fa) = (b, fb);
        b += if d.abs() > tolerance { d } else { tolerance.copysign(half) };
        fb = f(b);
    }
    Some(b)
}

/// A minimum of a one-valley `f` in [low, high] by golden section, to about 1e-9 of the bracket.
pub fn valley(mut f: impl FnMut(f64) -> f64, low: f64, high: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let (mut a, mut b) = (low, high);
    let (mut x, mut y) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
    let (mut fx, mut fy) = (f(x), f(y));
    for _ in 0..60 {
        if fx <= fy {
            (b, y, fy) = (y, x, fx);
            x = b - GOLDEN * (b - a);
            fx = f(x);
        } else {
            (a, x, fx) = (x, y, fy);
            y = a + GOLDEN * (b - a);
            fy = f(y);
        }
    }
    f64::midpoint(a, b)
}

/// A point and the function's value there.
type Vertex = (Vec<f64>, f64);

/// A minimum near `start` by Nelder & Mead 1965, begun again twice from where it stopped. `step` sets the first simplex.
pub fn nelder_mead(mut f: impl FnMut(&[f64]) -> f64, start: &[f64], step: f64) -> Vertex {
    let mut f = |x: &[f64]| {
        let value = f(x);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut best = (start.to_vec(), f(start));
    for round in 0..3 {
        best = descend(&mut f, best, step / f64::from(1 + round));
    }
    best
}

fn descend(f: &mut impl FnMut(&[f64]) -> f64, start: Vertex, step: f64) -> Vertex {
    const STEPS_MAX: usize = 2_000;
    let size = start.0.len();
    let mut simplex = vec![start];
    for axis in 0..size {
        let mut x = simplex[0].0.clone();
        x[axis] += step;
        let value = f(&x);
        simplex.push((x, value));
    }
    for _ in 0..STEPS_MAX {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        if settled(&simplex) {
            break;
        }
        move_worst(f, &mut simplex);
    }
    simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
    simplex.swap_remove(0)
}

fn settled(simplex: &[Vertex]) -> bool {
    let (best, worst) = (&simplex[0], &simplex[simplex.len() - 1]);
    let wide = best.0.iter().zip(&worst.0).map(|(a, b)| (a - b).abs() / (1.0 + a.abs())).fold(0.0, f64::max);
    (worst.1 - best.1).abs() <= 1e-13 * (1.0 + best.1.abs()) && wide < 1e-7
}

fn move_worst(f: &mut impl FnMut(&[f64]) -> f64, simplex: &mut [Vertex]) {
    let size = simplex.len() - 1;
    let centre: Vec<f64> =
        (0..size).map(|axis| simplex[..size].iter().map(|v| v.0[axis]).sum::<f64>() / size as f64).collect();
    let worst = simplex[size].clone();
    let mut along = |factor: f64| {
        let x: Vec<f64> = centre.iter().zip(&worst.0).map(|(c, w)| c + factor * (w - c)).collect();
        let value = f(&x);
        (x, value)
    };
    let reflected = along(-1.0);
    if reflected.1 < simplex[0].1 {
        let expanded = along(-2.0);
        simplex[size] = if expanded.1 < reflected.1 { expanded } else { reflected };
    } else if reflected.1 < simplex[size - 1].1 {
        simplex[size] = reflected;
    } else {
        let contracted = along(if reflected.1 < worst.1 { -0.5 } else { 0.5 });
        if contracted.1 < worst.1.min(reflected.1) {
            simplex[size] = contracted;
        } else {
            shrink(f, simplex);
        }
    }
}

fn shrink(f: &mut impl FnMut(&[f64]) -> f64, simplex: &mut [Vertex]) {
    let best = simplex[0].0.clone();
    for vertex in &mut simplex[1..] {
        for (x, b) in vertex.0.iter_mut().zip(&best) {
            *x = f64::midpoint(*x, *b);
        }
        vertex.1 = f(&vertex.0);
    }
}
