package container

import "strconv"

// Process is one process of a distributed job: rank 0 … Size−1.
type Process struct {
	Rank      int // process rank of MPI or torchrun; without them the host's index
	Size      int // number of processes of the job; without a launcher the number of hosts
	LocalRank int // among the processes of its host, from 0; without a launcher 0
}

// launcher names the variables of a program that starts several processes a host.
type launcher struct{ rank, size, local string }

// launchers are looked for in this order. Their variables come first, and SM_CURRENT_HOST never counts: mpirun copies it
// from the first host to all.
var launchers = []launcher{
	{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"}, // Open MPI
	{"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"},                                    // MPICH, Intel MPI
	{"RANK", "WORLD_SIZE", "LOCAL_RANK"},                                           // torchrun
}

// Process says which process of the job this one is, by the variables of a launcher that getenv knows, else by the host.
// A launcher that gives no local rank is taken to fill host after host, as all do when nothing else is asked for.
func (r Resource) Process(getenv func(string) string) Process {
	hosts := max(len(r.Hosts), 1)
	for _, l := range launchers {
		if p, ok := l.process(getenv); ok {
			if p.LocalRank < 0 {
				p.LocalRank = p.Rank % perHost(p.Size, hosts)
			}
			return p
		}
	}
	return Process{Rank: max(r.Index(), 0), Size: hosts}
}

// process is what the launcher's variables say; ok is false when they are not there or contradict each other. LocalRank
// is −1 when it is not told.
func (l launcher) process(getenv func(string) string) (p Process, ok bool) {
	rank, err := strconv.Atoi(getenv(l.rank))
	size, err2 := strconv.Atoi(getenv(l.size))
	if err != nil || err2 != nil || rank < 0 || rank >= size {
		return p, false
	}
	local, err := strconv.Atoi(getenv(l.local))
	if err != nil || local < 0 || local > rank {
		local = -1
	}
	return Process{Rank: rank, Size: size, LocalRank: local}, true
}

// HostOf is the host on which the process of a rank runs, when processes fill host after host in the order of the sorted
// hosts: without a launcher one on each. It is "" for a rank that no process of the job has.
func (r Resource) HostOf(rank, size int) string {
	hosts := sorted(r.Hosts)
	if len(hosts) == 0 || rank < 0 || rank >= size {
		return ""
	}
	return hosts[min(rank/perHost(size, len(hosts)), len(hosts)-1)]
}

func perHost(size, hosts int) int { return max((size+hosts-1)/hosts, 1) }
