from . import wezer_reputation_ring_judge
