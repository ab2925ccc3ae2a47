package extract

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
)

func TestProductsHoldAsFarAsPricesAreRounded(t *testing.T) {
	for _, c := range []struct {
		quantity, price, discount, amount string
		want                              string // the quantity that holds, "" for none
	}{
		{"2.5", "10.00", "", "25.00", "2.5"},
		{"3", "3.33", "", "10.00", "3"},
		{"1000", "0.33", "", "333.00", "1000"},
		{"3", "10.00", "", "31.00", ""},
		{"2", "10.00", "10", "18.00", "2"},
		{"2", "10.00", "", "18.00", ""},
		{"1.5", "10.00", "", "15000.00", "1500"},
		{"1500", "10.00", "", "15.00", "1.5"},
		{"0", "10.00", "", "0.00", "0"},
		{"", "10.00", "", "10.00", ""},
	} {
		var l line
		l.cells[colQuantity], l.cells[colUnitPrice], l.cells[colDiscount], l.cells[colAmount] = c.quantity, c.price, c.discount, c.amount
		got := ""
		if timesHolds(&l) {
			got = l.cells[colQuantity]
		}
		if got != c.want {
			t.Errorf("%s × %s less %q %% = %s: holds with %q, want %q", c.quantity, c.price, c.discount, c.amount, got, c.want)
		}
	}
}

// What is left out because it is far off must not hold.
func TestWhatIsFarOffDoesNotHold(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	number := func(most int) decimal.Decimal { return decimal.New(int64(random.IntN(most)), -int32(random.IntN(4))) }
	near := 0
	for range 20_000 {
		quantity, price := number(3_000), number(20_000)
		amount := quantity.Mul(price).Shift(int32(3 * (random.IntN(3) - 1))).Mul(decimal.NewFromFloat(1 + 0.4*(random.Float64()-0.5))).Round(2)
		l := line{}
		l.cells[colQuantity], l.cells[colUnitPrice], l.cells[colAmount] = quantity.String(), price.String(), amount.String()
		far := farOff(&l, colAmount)
		if !far {
			near++
		}
		if what := fmt.Sprint(l.cells); product(&l, amount) && far {
			t.Fatalf("%s holds and is far off", what)
		}
	}
	if near == 0 || near == 20_000 {
		t.Errorf("%d of 20,000 are near", near)
	}
}
