"""Studies of every design."""

HEAD = """\
study: designed
task: {name: adding, length: 10, examples: 50}
model: {name: recurrent, hidden: 8}
training: {epochs: 1}
replicates: 6
"""
STAR = f"""{HEAD}design: one_at_a_time
center: {{model.cell: gru, model.hidden: 8, model.layers: 1}}
factors:
  model.cell: [rnn, gru, lstm]
  model.hidden: [4, 8, 16]
  model.layers: [1, 2]
"""
PAIRED = f"""{HEAD}design: paired
factors:
  model.cell: [rnn, lstm, rnn]
  model.hidden: [16, 8, 8]
"""
NAMED = f"""{HEAD}variants:
  elman: {{model.cell: rnn}}
  small gru: {{model.cell: gru, model.hidden: 4}}
  adam: {{model.cell: rnn, training.optimizer: adam}}
"""
WHEN = f"""{HEAD}factors:
  model.cell: [rnn, lstm]
  model.forget_bias: {{levels: [null, 1, 2], when: {{model.cell: lstm}}}}
  model.hidden: [4, 8]
"""
DIGITS = """\
study: tasks
task: {train_examples: 100, validation_examples: 50, test_examples: 50}
model: {name: mlp, width: 8}
training: {epochs: 1}
factors:
  task.name: [digits, mnist_5k]
  model.activation: [tanh, relu]
replicates: 6
"""
