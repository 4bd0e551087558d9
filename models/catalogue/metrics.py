"""What tasks report, and in which direction it is better."""

from orchestrator.models.catalogue.records import Metric

LOSS = Metric("loss", "minimize", "nat", "mean over examples of the training loss")
ACCURACY = Metric("accuracy", "maximize", "share", "share of examples whose class is predicted")
STEP_LOSS = Metric("loss", "minimize", "nat", "mean over steps of the training loss")
STEP_ACCURACY = Metric("accuracy", "maximize", "share", "share of steps whose class is predicted")
WORD_LOSS = Metric("loss", "minimize", "nat", "mean over words of the training loss")
TAG_ACCURACY = Metric("accuracy", "maximize", "share", "share of words whose tag is predicted")
WORD_ACCURACY = Metric("accuracy", "maximize", "share", "share of next words that are predicted")
SQUARED_LOSS = Metric("loss", "minimize", "squared unit", "mean over examples of the training loss")
MSE = Metric("mse", "minimize", "squared unit", "mean squared distance from the target")
SOLVED = Metric("solved", "maximize", "share", "share of trials that have solved the task")
