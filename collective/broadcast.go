package collective

import (
	"context"
	"fmt"
)

// Barrier returns when every process has called it.
func (g *Group) Barrier(ctx context.Context) error {
	return g.do(ctx, "barrier", g.config.Timeout, (*op).barrier)
}

func (o *op) barrier() error {
	for _, p := range o.others {
		if err := o.send(p, header{kind: kindBarrier}, func([]byte) {}); err != nil {
			return err
		}
	}
	for _, p := range o.others {
		f, err := o.receive(p, kindBarrier, 0)
		if err != nil {
			return err
		}
		p.release(f)
	}
	return nil
}

// Broadcast replaces x by that of rank root. All give slices of the same length. The root does not wait until the others have
// called it.
func (g *Group) Broadcast(ctx context.Context, x []float64, root int) error {
	return g.do(ctx, "broadcast", g.config.Timeout, func(o *op) error {
		if err := g.checkRoot(root); err != nil {
			return err
		}
		all := span{0, len(x)}.frames()
		if root == g.config.Rank {
			return o.sendAll(func(p *peer) error { return o.sendFloats(p, kindBroadcast, x, all) }, func() error { return nil })
		}
		p := g.peers[root]
		for _, s := range all {
			f, err := o.receiveFloats(p, kindBroadcast, s.to-s.from, len(x))
			if err != nil {
				return err
			}
			setFloats(x[s.from:s.to], f.payload)
			p.release(f)
		}
		return nil
	})
}

func (g *Group) checkRoot(root int) error {
	if root < 0 || root >= g.config.Size {
		return fmt.Errorf("root %d of %d processes: ranks are 0 to one less than the size", root, g.config.Size)
	}
	return nil
}

// BroadcastBytes returns root's data everywhere; what the others give does not matter. The root gets its own slice back and does not wait until the others
// have called it.
func (g *Group) BroadcastBytes(ctx context.Context, data []byte, root int) ([]byte, error) {
	err := g.do(ctx, "broadcast of bytes", g.config.Timeout, func(o *op) error {
		if err := g.checkRoot(root); err != nil {
			return err
		}
		if root == g.config.Rank {
			return o.sendAll(func(p *peer) error { return o.sendData(p, data) }, func() error { return nil })
		}
		var err error
		data, err = o.receiveData(g.peers[root])
		return err
	})
	if err != nil {
		return nil, err
	}
	return data, nil
}

func (o *op) sendData(p *peer, data []byte) error {
	for from := 0; from == 0 || from < len(data); from += maxPayload {
		piece := data[from:min(from+maxPayload, len(data))]
		h := header{kind: kindBytes, length: len(piece), total: uint64(len(data))}
		if err := o.send(p, h, func(b []byte) { copy(b, piece) }); err != nil {
			return err
		}
	}
	return nil
}

// receiveData grows what it returns with what has come, whatever size was announced.
func (o *op) receiveData(p *peer) ([]byte, error) {
	var data []byte
	for total := uint64(anyTotal); ; {
		f, err := o.receive(p, kindBytes, total)
		if err != nil {
			return nil, err
		}
		total = f.total
		data = append(data, f.payload...)
		p.release(f)
		switch got := uint64(len(data)); {
		case got == total:
			return data, nil
		case got > total || len(f.payload) == 0:
			return nil, o.g.fault(p.rank, "sent a frame of another size than was due")
		}
	}
}
