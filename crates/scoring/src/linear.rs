//! Symmetric positive definite matrices: the Cholesky factor, what it solves, and the inverse.
//!
//! Matrices are kept by their lower triangle in full rows, so that every inner loop runs along a row. A matrix of
//! [`crate::REVIEWERS_MAX`] rows takes 2 MB, its factor about 21 million multiplications.

/// A square matrix by rows; of a symmetric one only the lower triangle is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Square {
    size: usize,
    cells: Vec<f64>,
}

impl Square {
    pub fn zero(size: usize) -> Square {
        Square { size, cells: vec![0.0; size * size] }
    }

    pub fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.size..(row + 1) * self.size]
    }

    /// The cell of a symmetric matrix at two places, in either order.
    pub fn at(&self, one: usize, two: usize) -> f64 {
        self.cells[one.max(two) * self.size + one.min(two)]
    }

    /// Adds to the cell of a symmetric matrix at two places, in either order.
    pub fn add(&mut self, one: usize, two: usize, value: f64) {
        self.cells[one.max(two) * self.size + one.min(two)] += value;
    }

    fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.cells[row * self.size..(row + 1) * self.size]
    }
}

/// The sum of products of two rows, in four sums that the processor can add up side by side. The order of additions is fixed,
/// so that every machine gets the same.
fn dot(one: &[f64], two: &[f64]) -> f64 {
    let (ones, ones_rest) = one.as_chunks::<4>();
    let (twos, twos_rest) = two.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in ones.iter().zip(twos) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = ones_rest.iter().zip(twos_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// The lower triangular L with L·Lᵀ = A.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cholesky {
    lower: Square,
}

impl Cholesky {
    /// Factors a matrix. The equations of this crate are positive definite by construction; a pivot that rounding has made
    /// zero or negative is replaced by the smallest that the matrix can tell from zero, so that nothing is divided by zero.
    pub fn of(matrix: &Square) -> Cholesky {
        let size = matrix.size;
        let mut lower = Square::zero(size);
        for i in 0..size {
            let (done, open) = lower.cells.split_at_mut(i * size);
            let own = &mut open[..size];
            for j in 0..i {
                let other = &done[j * size..(j + 1) * size];
                own[j] = (matrix.at(i, j) - dot(&own[..j], &other[..j])) / other[j];
            }
            let diagonal = matrix.at(i, i);
            own[i] = (diagonal - dot(&own[..i], &own[..i])).max(diagonal * f64::EPSILON).max(f64::MIN_POSITIVE).sqrt();
        }
        Cholesky { lower }
    }

    /// Rows of A.
    pub fn size(&self) -> usize {
        self.lower.size
    }

    /// The logarithm of the determinant of A.
    pub fn log_determinant(&self) -> f64 {
        2.0 * (0..self.lower.size).map(|i| self.lower.at(i, i).ln()).sum::<f64>()
    }

    /// Solves A·x = b in place.
    pub fn solve(&self, b: &mut [f64]) {
        for i in 0..self.lower.size {
            let row = self.lower.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
        self.solve_transposed(b);
    }

    /// Solves Lᵀ·x = b in place. From independent standard normal b it makes an x whose covariance is the inverse of A.
    pub fn solve_transposed(&self, b: &mut [f64]) {
        for i in (0..self.lower.size).rev() {
            let row = self.lower.row(i);
            let (before, own) = b.split_at_mut(i);
            own[0] /= row[i];
            for (value, cell) in before.iter_mut().zip(row) {
                *value -= own[0] * cell;
            }
        }
    }

    /// The inverse of A: first the rows of L⁻¹ transposed, whose products are its cells.
    pub fn inverse(&self) -> Square {
        let size = self.lower.size;
        // Row j of `columns` is column j of L⁻¹; it starts at place j.
        let mut columns = Square::zero(size);
        for j in 0..size {
            let column = columns.row_mut(j);
            column[j] = 1.0 / self.lower.at(j, j);
            for i in j + 1..size {
                let row = self.lower.row(i);
                column[i] = -dot(&row[j..i], &column[j..i]) / row[i];
            }
        }
        let mut inverse = Square::zero(size);
        for i in 0..size {
            for j in 0..=i {
                inverse.cells[i * size + j] = dot(&columns.row(i)[i..], &columns.row(j)[i..]);
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hilbert_plus_one(size: usize) -> Square {
        let mut matrix = Square::zero(size);
        for i in 0..size {
            for j in 0..=i {
                matrix.add(i, j, 1.0 / (i + j + 1) as f64 + if i == j { 1.0 } else { 0.0 });
            }
        }
        matrix
    }

    #[test]
    fn a_factor_solves_inverts_and_knows_its_determinant() {
        for size in [1, 2, 3, 4, 5, 9, 17] {
            let matrix = hilbert_plus_one(size);
            let factor = Cholesky::of(&matrix);
            let inverse = factor.inverse();
            for column in 0..size {
                let mut unit = vec![0.0; size];
                unit[column] = 1.0;
                factor.solve(&mut unit);
                for row in 0..size {
                    assert!((unit[row] - inverse.at(row, column)).abs() < 1e-13);
                    let product: f64 = (0..size).map(|k| matrix.at(row, k) * unit[k]).sum();
                    assert!((product - f64::from(u8::from(row == column))).abs() < 1e-13);
                }
            }
        }
        let mut two = Square::zero(2);
        for (i, j, value) in [(0, 0, 4.0), (0, 1, 2.0), (1, 1, 3.0)] {
            two.add(i, j, value);
        }
        assert!((Cholesky::of(&two).log_determinant() - 8_f64.ln()).abs() < 1e-15);
    }
}
