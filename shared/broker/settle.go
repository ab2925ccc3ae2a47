package broker

import (
	"runtime"

	amqp "github.com/rabbitmq/amqp091-go"
)

// decision is what is to become of a delivered message.
type decision int

const (
	toAck decision = iota
	toNack
	toReject
)

// settlement is a decision on one message, and whom to tell when the broker knows it.
type settlement struct {
	delivery amqp.Delivery
	decision decision
	done     func()
}

// settle tells the broker what was decided; what has come in together goes out with one write.
func (c *consumer) settle() {
	acks := &acknowledgements{settled: map[uint64]bool{}}
	for first := range c.settling {
		c.session.raw.cork()
		burst := c.burst(first)
		for _, s := range burst {
			switch s.decision {
			case toAck:
				acks.add(s.delivery)
			case toNack:
				c.settled(s.delivery.Nack(false, true))
			case toReject:
				c.settled(s.delivery.Reject(false))
			}
			acks.settled[s.delivery.DeliveryTag] = true
		}
		acks.send(c.settled)
		c.session.raw.uncork()
		for _, s := range burst {
			s.done()
		}
	}
}

// burst returns a decision and those that have come in with it.
func (c *consumer) burst(first settlement) []settlement {
	// A batch is decided upon at once: whoever carries a decision of it gets to say so first.
	runtime.Gosched()
	all := []settlement{first}
	for len(all) < burstMessages {
		select {
		case s, ok := <-c.settling:
			if !ok {
				return all
			}
			all = append(all, s)
		default:
			return all
		}
	}
	return all
}

// acknowledgements joins the acks of a channel. One ack stands for all messages up to its own where each of them is settled: a
// quorum queue then has one command to replicate and to sync instead of one for each message.
type acknowledgements struct {
	low     uint64          // every message up to this delivery tag is settled
	settled map[uint64]bool // delivery tags beyond low that are
	waiting []amqp.Delivery // acks that have not been sent
}

func (a *acknowledgements) add(d amqp.Delivery) { a.waiting = append(a.waiting, d) }

// send sends what waits.
func (a *acknowledgements) send(result func(error)) {
	for a.settled[a.low+1] {
		a.low++
		delete(a.settled, a.low)
	}
	var last amqp.Delivery
	for _, d := range a.waiting {
		switch {
		case d.DeliveryTag > a.low:
			result(d.Ack(false))
		case d.DeliveryTag > last.DeliveryTag:
			last = d
		}
	}
	if last.DeliveryTag > 0 {
		result(last.Ack(true))
	}
	a.waiting = a.waiting[:0]
}
