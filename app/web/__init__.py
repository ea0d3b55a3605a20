"""The web: a module a page or API, and what they share.

stage.py      the page, its fragment for htmx, and the random draw
proof.py      /proof, one pass against T − 1, timed and compared
guess.py      guessing first: the guess that a form sends, and the stage that answers it
model.py      /model, the card of the model behind the numbers
embed.py      /embed, the stage and the lesson's parts as guests of other sites' pages
share.py      /share, the stage's present view to hand out
lesson.py     /lesson, each of its parts alone, and what it does not show
lesson_run.py a run of its fifth part, as it goes
api.py        /api/pairs and /api/random; schemas.py says what they answer
count.py      /api/count, a text's pairs counted while it arrives; upload.py reads the form that sends it
finetune.py   /api/finetune, a run of finetuning as it goes; runs.py queues, shares and keeps the runs
export.py     /export and /api/export, the pairs as a file
worksheet.py  /worksheet, pairs on paper, and the answers
oembed.py     /oembed and /preview.png, what other sites ask of a link before they show it
docs.py       /docs, the API's description for people, made from the OpenAPI document
privacy.py    /privacy, what becomes of what a visitor types
health.py     /healthz and /readyz

server.py     uvicorn as this app needs it: limits on connections, logs, proxies
journal.py    a line of the log a request, and nothing of what was typed
metrics.py    /metrics, figures for Prometheus, where an operator wants them
limits.py     how large a request may be, and how slow
allowance.py  what one address may ask for within a minute
services.py   what requests work with: bank, predictor, rendered pages
render.py     templates to bytes, kept in memory
errors.py     the one place that turns an exception into an answer
language.py   the language that a request is answered in
public.py     the app's addresses as they are given away
delivery.py   HEAD, ETag and 304, gzip
cors.py       whose pages may read the API
headers.py    what every answer's headers say
assets.py     static files under names that change with their content
"""
