"""The page on which somebody chooses who to be, of the identity provider for trying things out.

It takes the place of the provider's own, which knows no labels and asks others for its style.
"""

from typing import Final

NAME: Final = "authorization_form.html"  # what the provider renders
TEXT: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Who do you want to be?</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>
body { margin: 0; font: 1.1875rem/1.35 Helvetica, Arial, sans-serif; color: #0b0c0c; }
header { padding: 12px 20px; background: #3b3a6d; color: #fff; font-weight: bold; }
main { max-width: 40rem; padding: 20px; }
h1 { margin: 0 0 20px; font-size: 2rem; }
h2 { margin: 40px 0 10px; font-size: 1.5rem; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: 15px 0; border-bottom: 1px solid #cecece; }
li p { margin: 5px 0 0; }
button { padding: 8px 12px; border: 0; font: inherit; color: #fff; background: #0f7a52; }
button.other { color: #0b0c0c; background: #f3f3f3; }
button:focus, input:focus { outline: 3px solid #fd0; box-shadow: inset 0 0 0 2px #0b0c0c; }
input { box-sizing: border-box; width: 100%; max-width: 20rem; padding: 5px; font: inherit; }
input { border: 2px solid #0b0c0c; }
label { display: block; margin-bottom: 5px; }
.hint { color: #484949; }
</style>
</head>
<body>
<header>Sign-in of a trial node</header>
<main>
<h1>Who do you want to be?</h1>
<p>On a real node, the sign-in page of your organisation stands here. This one lets anyone in as
anyone, on this machine only.</p>
<form method="post">
<ul>
{% for person in people %}
<li><button type="submit" name="sub" value="{{ person.subject }}">{{ person.label }}</button>
<p>{{ person.organisation }}</p>
{% if person.first %}<p class="hint">Try first: {{ person.first }}</p>{% endif %}</li>
{% endfor %}
{% for subject in recent_subjects %}
<li><button type="submit" class="other" name="sub" value="{{ subject }}">{{ subject }}</button></li>
{% endfor %}
</ul>
</form>
<h2>Somebody new</h2>
<form method="post">
<p><label for="sub">Any word. They need an invitation code</label>
<input id="sub" name="sub" type="text" autocomplete="off" required></p>
<p><button type="submit" class="other">Sign in as somebody new</button></p>
</form>
<form method="post">
<p><button type="submit" class="other" name="action" value="deny">Do not sign in</button></p>
</form>
</main>
</body>
</html>
"""
