package prove

import (
	"strings"
	"testing"
)

func TestClientsGetAllNodesAndBeginWithDifferentOnes(t *testing.T) {
	r := &rabbitmq{}
	for range 3 {
		b, err := openBacking("rabbitmq", func() string { return "amqp://user:secret@127.0.0.1:1/" })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.proxy.cut)
		r.nodes = append(r.nodes, &rabbitNode{backing: b})
	}
	first := map[string]bool{}
	for client := range 6 {
		all, err := r.proxied(client)
		if err != nil {
			t.Fatal(err)
		}
		urls := strings.Split(all, ",")
		for _, n := range r.nodes {
			if !strings.Contains(all, "@"+n.proxy.address()+"/") {
				t.Errorf("client %d does not know %s: %s", client, n.proxy.address(), all)
			}
		}
		first[urls[0]] = true
	}
	if len(first) != len(r.nodes) {
		t.Errorf("%d nodes are the first of a client", len(first))
	}
}
