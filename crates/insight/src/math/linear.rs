//! Small dense symmetric systems (tens of unknowns).

/// A square matrix, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Square {
    /// Rows and columns.
    pub size: usize,
    /// `size * size` numbers.
    pub cells: Vec<f64>,
}

/// What is left of a pivot, relative to its diagonal, below which the matrix counts as singular.
const PIVOT_MIN: f64 = 1e-12;

impl Square {
    /// All zero.
    pub fn zero(size: usize) -> Self {
        Self { size, cells: vec![0.0; size * size] }
    }

    /// The cell in `row` and `column`.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }

    /// Adds to one cell.
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.cells[row * self.size + column] += value;
    }

    /// Copies the lower triangle onto the upper.
    pub fn mirror(&mut self) {
        for row in 0..self.size {
            for column in 0..row {
                self.cells[column * self.size + row] = self.at(row, column);
            }
        }
    }

    /// `weight · x xᵀ` into the lower triangle.
    pub fn add_outer(&mut self, x: &[f64], weight: f64) {
        for row in 0..self.size {
            let scaled = weight * x[row];
            if scaled != 0.0 {
                let start = row * self.size;
                for (cell, value) in self.cells[start..=start + row].iter_mut().zip(x) {
                    *cell += scaled * value;
                }
            }
        }
    }

    /// The Cholesky factor of a symmetric positive definite matrix; `None` when it is not one, within rounding.
    pub fn factor(&self) -> Option<Factor> {
        let size = self.size;
        let mut lower = Self::zero(size);
        for row in 0..size {
            for column in 0..=row {
                let dot: f64 = (0..column).map(|k| lower.at(row, k) * lower.at(column, k)).sum();
                let rest = self.at(row, column) - dot;
                if row == column {
                    let positive = rest.is_finite() && rest > PIVOT_MIN * self.at(row, row).abs();
                    lower.cells[row * size + row] = positive.then(|| rest.sqrt())?;
                } else {
                    lower.cells[row * size + column] = rest / lower.at(column, column);
                }
            }
        }
        Some(Factor(lower))
    }
}

/// A = L Lᵀ.
#[derive(Clone, Debug)]
pub struct Factor(Square);

impl Factor {
    /// A⁻¹ b.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let (lower, size) = (&self.0, self.0.size);
        let mut x = b.to_vec();
        for row in 0..size {
            let dot: f64 = (0..row).map(|k| lower.at(row, k) * x[k]).sum();
            x[row] = (x[row] - dot) / lower.at(row, row);
        }
        for row in (0..size).rev() {
            let dot: f64 = (row + 1..size).map(|k| lower.at(k, row) * x[k]).sum();
            x[row] = (x[row] - dot) / lower.at(row, row);
        }
        x
    }

    /// A⁻¹.
    pub fn inverse(&self) -> Square {
        let size = self.0.size;
        let mut inverse = Square::zero(size);
        for column in 0..size {
            let mut unit = vec![0.0; size];
            unit[column] = 1.0;
            for (row, value) in self.solve(&unit).into_iter().enumerate() {
                inverse.cells[row * size + column] = value;
            }
        }
        inverse
    }

    /// ln det A.
    pub fn ln_determinant(&self) -> f64 {
        (0..self.0.size).map(|i| 2.0 * self.0.at(i, i).ln()).sum()
    }
}
