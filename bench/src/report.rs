//! Figures, their aims, and whether they hold.

/// What several runs gave.
#[derive(Default)]
pub struct Series(Vec<f64>);

impl Series {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn median(&self) -> f64 {
        self.summary().0
    }

    /// Median, smallest, largest.
    fn summary(&self) -> (f64, f64, f64) {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        (
            at(sorted.len() / 2),
            at(0),
            at(sorted.len().saturating_sub(1)),
        )
    }
}

/// The bound that a median is held against.
enum Aim {
    AtLeast(f64),
    AtMost(f64),
    None,
}

/// One line of the table.
pub struct Figure {
    name: String,
    unit: &'static str,
    aim: Aim,
    series: Series,
}

impl Figure {
    pub fn at_least(name: String, unit: &'static str, least: f64, series: Series) -> Self {
        Self {
            name,
            unit,
            aim: Aim::AtLeast(least),
            series,
        }
    }

    pub fn at_most(name: String, unit: &'static str, most: f64, series: Series) -> Self {
        Self {
            name,
            unit,
            aim: Aim::AtMost(most),
            series,
        }
    }

    pub fn told(name: String, unit: &'static str, series: Series) -> Self {
        Self {
            name,
            unit,
            aim: Aim::None,
            series,
        }
    }

    /// Whether the median keeps the bound; nothing measured keeps none.
    fn holds(&self) -> Option<bool> {
        let (median, _, _) = self.series.summary();
        match self.aim {
            Aim::AtLeast(least) => Some(median >= least),
            Aim::AtMost(most) => Some(median <= most),
            Aim::None => None,
        }
    }
}

/// Prints the table; returns whether all aims hold.
pub fn print(figures: &[Figure]) -> bool {
    println!(
        "{:<46} {:>10} {:>12} {:>12} {:>12} {:<9} holds",
        "what", "aim", "median", "min", "max", "unit"
    );
    for figure in figures {
        let (median, min, max) = figure.series.summary();
        let aim = match figure.aim {
            Aim::AtLeast(least) => format!(">= {}", short(least)),
            Aim::AtMost(most) => format!("<= {}", short(most)),
            Aim::None => String::new(),
        };
        let holds = match figure.holds() {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "",
        };
        println!(
            "{:<46} {aim:>10} {:>12} {:>12} {:>12} {:<9} {holds}",
            figure.name,
            short(median),
            short(min),
            short(max),
            figure.unit,
        );
    }
    figures.iter().all(|figure| figure.holds() != Some(false))
}

fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}
