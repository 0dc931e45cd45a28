//! A plot with logarithmic axes, as SVG.

use std::fmt::Write;

use crate::rounds::duration;

/// A small plot with a title.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The title of the plot.
    pub title: &'static str,
    /// The measured lines.
    pub lines: Vec<Line>,
}

/// Sizes with the seconds that they took.
#[derive(Clone, Debug)]
pub struct Line {
    /// The name in the legend.
    pub name: &'static str,
    /// In ascending order of size.
    pub points: Vec<(usize, f64)>,
}

const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 260.0;
const MARGIN: f64 = 56.0;

/// The panels, two beside each other.
#[must_use]
pub fn svg(panels: &[Panel]) -> String {
    let (width, height) = (WIDTH * 2.0, HEIGHT * panels.len().div_ceil(2) as f64);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (number, panel) in panels.iter().enumerate() {
        let (x, y) = (WIDTH * (number % 2) as f64, HEIGHT * (number / 2) as f64);
        let _ = writeln!(out, "<g transform=\"translate({x} {y})\">\n{}</g>", panel.svg());
    }
    out + "</svg>\n"
}

impl Panel {
    fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let sizes: Vec<_> = points().map(|(size, _)| (*size as f64).log10()).collect();
        let times: Vec<_> = points().map(|(_, took)| took.log10()).collect();
        let (left, right) = ends(&sizes);
        let (bottom, top) = ends(&times);
        let (bottom, top) = (bottom.floor(), top.ceil().max(bottom.floor() + 1.0));
        let x = |size: f64| MARGIN + (size - left) / (right - left).max(0.1) * (WIDTH - MARGIN - 20.0);
        let y = |took: f64| HEIGHT - 36.0 - (took - bottom) / (top - bottom) * (HEIGHT - 36.0 - 40.0);
        let mut out = format!("<text x=\"{MARGIN}\" y=\"18\" font-weight=\"bold\">{}</text>\n", self.title);
        for power in bottom as i32..=top as i32 {
            let at = y(f64::from(power));
            let _ = writeln!(
                out,
                "<path d=\"M{MARGIN} {at:.1}H{}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - 20.0,
                MARGIN - 4.0,
                at + 4.0,
                duration(10_f64.powi(power)),
            );
        }
        let mut shown: Vec<_> = points().map(|(size, _)| *size).collect();
        shown.sort_unstable();
        shown.dedup();
        for size in shown {
            let at = x((size as f64).log10());
            let _ = writeln!(out, "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{size}</text>", HEIGHT - 18.0);
        }
        for line in &self.lines {
            let colour = if line.name == "ours" { "#0a58ca" } else { "#999" };
            let path = line
                .points
                .iter()
                .map(|(size, took)| format!("{:.1},{:.1}", x((*size as f64).log10()), y(took.log10())));
            let path: Vec<_> = path.collect();
            let _ = writeln!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                path.join(" ")
            );
            if let Some((last, (_, took))) = path.last().zip(line.points.last()) {
                let at = last.split(',').next().unwrap_or_default();
                let _ = writeln!(
                    out,
                    "<text x=\"{at}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"{colour}\">{}</text>",
                    y(took.log10()) - 6.0,
                    line.name
                );
            }
        }
        out
    }
}

fn ends(values: &[f64]) -> (f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (least, most)
}
