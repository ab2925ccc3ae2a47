package prove

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// chart is a drawing of curves over time, in the units of its view box, origin top left.
type chart struct {
	Width, Height            float64
	Left, Right, Top, Bottom float64 // edges of the plot
	Lanes                    []drawnLane
	Curves                   []curve
	X, Y                     []tick
	XTitle, YTitle           string
	End                      float64 // where the load ended; 0 for nowhere
}

// drawnLane is a row of faults above the plot.
type drawnLane struct {
	Y    float64 // its middle
	Bars []bar
}

// bar is a fault.
type bar struct {
	X, Width float64
	Label    string // its number; "" where there is no room
	LabelX   float64
	Title    string
	Class    string // of the bar
}

// TextClass says where the label stands.
func (b bar) TextClass() string {
	if b.Width < labelSpace {
		return "beside"
	}
	return "on"
}

// curve is a series; it is broken where nothing is known.
type curve struct {
	Class    string
	Title    string
	Segments []string // points for a polyline each
}

type tick struct {
	At    float64
	Label string
}

// point is a value at a time in seconds; known is false where there is none.
type point struct {
	at, value float64
	known     bool
}

const (
	chartWidth  = 1000
	plotLeft    = 64
	plotRight   = 988
	laneHeight  = 26
	leastBar    = 4  // a fault that is over at once is seen too
	labelSpace  = 18 // for a number
	mostXTicks  = 12
	tickSpace   = 44 // between marks of an axis that is not even
	gapInCurve  = 4  // seconds without a sample break a curve
	plotPadding = 1.05
)

// scale maps values to heights.
type scale func(float64) float64

// newChart lays out a chart whose time axis has room for end seconds.
func newChart(height float64, lanes []drawnLane, end, top float64, ticks []float64, s scale) chart {
	c := chart{Width: chartWidth, Height: height, Left: plotLeft, Right: plotRight, Top: 12 + laneHeight*float64(len(lanes)), Bottom: height - 44}
	for i := range lanes {
		lanes[i].Y = 6 + laneHeight*(float64(i)+0.5)
	}
	c.Lanes = lanes
	for _, v := range ticks {
		c.Y = append(c.Y, tick{c.y(v, top, s), thousands(v)})
	}
	step := timeStep(end)
	for t := 0.0; t <= end; t += step {
		c.X = append(c.X, tick{c.x(t, end), clock(t)})
	}
	return c
}

func (c chart) x(t, end float64) float64 { return c.Left + (c.Right-c.Left)*t/max(end, 1) }

func (c chart) y(v, top float64, s scale) float64 {
	return c.Bottom - (c.Bottom-c.Top)*s(v)/max(s(top), 1)
}

// add draws a curve.
func (c *chart) add(class, title string, points []point, end, top float64, s scale) {
	one := curve{Class: class, Title: title}
	var sb strings.Builder
	last := math.Inf(-1)
	flush := func() {
		if sb.Len() > 0 {
			one.Segments = append(one.Segments, strings.TrimSpace(sb.String()))
			sb.Reset()
		}
	}
	for _, p := range points {
		if !p.known {
			flush()
			continue
		}
		if p.at-last > gapInCurve {
			flush()
		}
		last = p.at
		fmt.Fprintf(&sb, "%.1f,%.1f ", c.x(p.at, end), c.y(p.value, top, s))
	}
	flush()
	c.Curves = append(c.Curves, one)
}

// drawFaults returns the rows of faults, without their heights.
func (c chart) drawFaults(faults []FaultRecord, end float64) []drawnLane {
	rows := make([]drawnLane, lanes)
	edge := make([]float64, len(rows)) // of the last label
	for _, f := range faults {
		if f.Skipped != "" {
			continue
		}
		b := bar{
			X: c.x(f.From, end), Width: max(leastBar, c.x(f.To, end)-c.x(f.From, end)), Class: f.Lane.Class(),
			Title: fmt.Sprintf("%d. %s: %s to %s", f.Number, f.Name, clock(f.From), clock(f.To)),
		}
		if b.LabelX = b.X + b.Width/2; b.Width < labelSpace {
			b.LabelX = b.X + b.Width + labelSpace/2 + 2
		}
		if b.LabelX-labelSpace/2 >= edge[f.Lane] {
			b.Label = fmt.Sprint(f.Number)
			edge[f.Lane] = b.LabelX + labelSpace/2
		}
		rows[f.Lane].Bars = append(rows[f.Lane].Bars, b)
	}
	return rows
}

// timeStep is the distance of the marks on a time axis, in seconds.
func timeStep(end float64) float64 {
	for _, step := range []float64{5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800} {
		if end/step <= mostXTicks {
			return step
		}
	}
	return 3600
}

// roots returns marks for an axis of a height that shows square roots, up to top, with room for their labels.
func roots(top, height float64) []float64 {
	ticks := []float64{}
	last := math.Inf(1)
	for power := math.Pow(10, math.Floor(math.Log10(top))); power >= 1; power /= 10 {
		for _, m := range []float64{5, 4, 3, 2, 1} {
			if at := height * math.Sqrt(m*power/top); m*power <= top && last-at >= tickSpace && at >= tickSpace {
				ticks = append(ticks, m*power)
				last = at
			}
		}
	}
	slices.Reverse(ticks)
	return append([]float64{0}, ticks...)
}

// steps returns marks for an even axis, up to top.
func steps(top float64) []float64 {
	step := round(top / 4)
	var ticks []float64
	for v := 0.0; v <= top; v += step {
		ticks = append(ticks, v)
	}
	return ticks
}

// round returns the largest of 1, 2 and 5 times a power of ten that is not above v, and at least 1.
func round(v float64) float64 {
	if v < 1 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{5, 2} {
		if m*power <= v {
			return m * power
		}
	}
	return power
}

// clock prints seconds as minutes and seconds.
func clock(seconds float64) string {
	s := int(math.Round(seconds))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// thousands prints a whole number with thin spaces between its thousands.
func thousands(v float64) string {
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}
