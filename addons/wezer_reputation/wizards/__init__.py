from . import wezer_assessment_judge
from . import wezer_reputation_ring_judge
