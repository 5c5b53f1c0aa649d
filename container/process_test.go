package container

import (
	"testing"
)

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

// The variables are those of Open MPI 4.1, of MPICH's Hydra and of torchrun; see their manuals.
func TestProcess(t *testing.T) {
	t.Parallel()
	two := Resource{CurrentHost: "algo-2", Hosts: []string{"algo-1", "algo-2"}}
	tests := map[string]struct {
		r    Resource
		env  map[string]string
		want Process
	}{
		"host alone":    {two, nil, Process{1, 2, 0}},
		"no file":       {Resource{}, nil, Process{0, 1, 0}},
		"ten hosts":     {Resource{CurrentHost: "algo-2", Hosts: []string{"algo-1", "algo-2", "algo-10"}}, nil, Process{2, 3, 0}},
		"foreign host":  {Resource{CurrentHost: "x", Hosts: []string{"algo-1"}}, nil, Process{0, 1, 0}},
		"Open MPI":      {two, map[string]string{"OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_RANK": "1"}, Process{3, 4, 1}},
		"MPICH":         {two, map[string]string{"PMI_RANK": "2", "PMI_SIZE": "4", "MPI_LOCALRANKID": "0"}, Process{2, 4, 0}},
		"torchrun":      {two, map[string]string{"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}, Process{5, 8, 1}},
		"both":          {two, map[string]string{"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "RANK": "0", "WORLD_SIZE": "9"}, Process{1, 2, 0}},
		"no local rank": {two, map[string]string{"RANK": "3", "WORLD_SIZE": "4"}, Process{3, 4, 1}},
		"one a host":    {two, map[string]string{"RANK": "1", "WORLD_SIZE": "2"}, Process{1, 2, 0}},
		"rank too high": {two, map[string]string{"RANK": "2", "WORLD_SIZE": "2"}, Process{1, 2, 0}},
		"no numbers":    {two, map[string]string{"RANK": "first", "WORLD_SIZE": "2"}, Process{1, 2, 0}},
		"half":          {two, map[string]string{"OMPI_COMM_WORLD_RANK": "0"}, Process{1, 2, 0}},
		"copied host":   {two, map[string]string{"SM_CURRENT_HOST": "algo-1"}, Process{1, 2, 0}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tt.r.Process(env(tt.env)); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestHostOf(t *testing.T) {
	t.Parallel()
	r := Resource{Hosts: []string{"algo-2", "algo-10", "algo-1"}}
	for _, tt := range []struct {
		rank, size int
		want       string
	}{
		{0, 3, "algo-1"},
		{1, 3, "algo-10"},
		{2, 3, "algo-2"},
		{3, 6, "algo-10"},
		{5, 6, "algo-2"},
		{6, 7, "algo-2"},
		{0, 1, "algo-1"},
		{3, 3, ""},
		{-1, 3, ""},
	} {
		if got := r.HostOf(tt.rank, tt.size); got != tt.want {
			t.Errorf("HostOf(%d, %d) = %q, want %q", tt.rank, tt.size, got, tt.want)
		}
	}
	if got := (Resource{}).HostOf(0, 1); got != "" {
		t.Errorf("no hosts: %q", got)
	}
}
