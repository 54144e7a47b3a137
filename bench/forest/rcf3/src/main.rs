//! The rival of bench/forest_test.go: the same points, the same shapes, 100 trees
//! of 256 points, score and then update, one thread. It prints the shape and the
//! microseconds a point, of the best of many short passes.

use rcf3::Forest;
use std::time::Instant;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        z ^ (z >> 31)
    }

    /// The sum of twelve uniform numbers, less six: next to normal.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| (self.next() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0
    }
}

fn main() {
    let passes: usize = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(1000);
    for (name, dims, shingle) in [("1", 1, 1), ("8", 8, 1), ("1x8", 1, 8), ("32", 32, 1)] {
        let mut forest = Forest::builder(dims).shingle_size(shingle).num_trees(100).capacity(256).seed(1).build().unwrap();
        let mut dice = Dice(1);
        let mut n = 0usize;
        let mut best = f64::MAX;
        let mut sum = 0.0;
        for pass in 0..=passes {
            let points: Vec<Vec<f32>> = (0..if pass == 0 { 5000 } else { 20 })
                .map(|_| {
                    n += 1;
                    let wave = if shingle > 1 { 5.0 * (n as f64 * std::f64::consts::TAU / 100.0).sin() } else { 0.0 };
                    (0..dims).map(|_| (wave + dice.normal()) as f32).collect()
                })
                .collect();
            let begin = Instant::now();
            for p in &points {
                let s: f64 = forest.score(p).unwrap().into();
                sum += s;
                forest.update(p).unwrap();
            }
            let each = begin.elapsed().as_secs_f64() * 1e6 / points.len() as f64;
            if pass > 0 && each < best {
                best = each;
            }
        }
        println!("{name} {best:.2} us a point, mean score {:.3}", sum / n as f64);
    }
}
