"""The chat format: the template that the weights carry, and the same in Python for the training.

Llama 3's turn marks, so that raw Llama 3 prompts work; tools and calls as JSON between marks, a
form that llama-server recognises from the template and parses by itself. With `enable_thinking` the
assistant's turn begins with an open reasoning mark. tests/test_template.py holds the two against
each other, and the evaluation puts both to llama-server.
"""

from __future__ import annotations

import json

from .corpus.turns import Call, Dialogue, Turn

BEGIN_OF_TEXT = "<|begin_of_text|>"
END_OF_TEXT = "<|end_of_text|>"
START_HEADER = "<|start_header_id|>"
END_HEADER = "<|end_header_id|>"
END_OF_TURN = "<|eot_id|>"
THINK, THOUGHT = "<think>", "</think>"
CALL, CALLED = "<tool_call>", "</tool_call>"
TOOLS, TOOLS_END = "<tools>", "</tools>"
CONTROL_TOKENS = [BEGIN_OF_TEXT, END_OF_TEXT, START_HEADER, END_HEADER, END_OF_TURN]
MARK_TOKENS = [THINK, THOUGHT, CALL, CALLED, TOOLS, TOOLS_END]

CHAT_TEMPLATE = """\
{{- bos_token }}
{%- if messages[0]['role'] == 'system' %}
{%- set system = messages[0]['content'] | trim %}
{%- set rest = messages[1:] %}
{%- else %}
{%- set system = '' %}
{%- set rest = messages %}
{%- endif %}
{%- if system or tools %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' + system }}
{%- if tools %}
{%- if system %}{{- '\\n\\n' }}{%- endif %}
{{- '<tools>' }}
{%- for tool in tools %}
{{- '\\n' }}
{{- tool.function | tojson }}
{%- endfor %}
{{- '\\n</tools>' }}
{%- endif %}
{{- '<|eot_id|>' }}
{%- endif %}
{%- for message in rest %}
{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
{%- if message['role'] == 'assistant' and message.reasoning_content %}
{{- '<think>\\n' + message.reasoning_content | trim + '\\n</think>\\n\\n' }}
{%- endif %}
{%- if message['content'] %}
{{- message['content'] | trim }}
{%- endif %}
{%- if message.tool_calls %}
{%- for tool_call in message.tool_calls %}
{%- if message['content'] or not loop.first %}{{- '\\n' }}{%- endif %}
{{- '<tool_call>\\n{"name": "' + tool_call.function.name + '", "arguments": ' }}
{%- if tool_call.function.arguments is string %}
{{- tool_call.function.arguments }}
{%- else %}
{{- tool_call.function.arguments | tojson }}
{%- endif %}
{{- '}\\n</tool_call>' }}
{%- endfor %}
{%- endif %}
{{- '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- if enable_thinking is defined and enable_thinking %}
{{- '<think>\\n' }}
{%- endif %}
{%- endif %}
"""

Segment = tuple[str, bool]  # text, and whether it is learned


def dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _call(call: Call) -> str:
    return f'{{"name": {dumped(call.name)}, "arguments": {dumped(call.arguments)}}}'


def system_text(dialogue: Dialogue) -> str:
    system = dialogue.system.strip()
    if not dialogue.tools:
        return system
    listed = "".join(f"\n{dumped(tool)}" for tool in dialogue.tools)
    return f"{system}{chr(10) * 2 if system else ''}{TOOLS}{listed}\n{TOOLS_END}"


def header(role: str) -> str:
    return f"{START_HEADER}{role}{END_HEADER}\n\n"


def _assistant(turn: Turn, with_thought: bool) -> list[Segment]:
    """A reply; what the server writes itself (an open mark, a forced brace) is not learned."""
    segments: list[Segment] = []
    if with_thought and turn.thought:
        segments += [(f"{THINK}\n", False), (f"{turn.thought.strip()}\n{THOUGHT}\n\n", True)]
    if turn.forced:
        (call,) = turn.calls
        # Brace and quotation mark are one token, here as in any JSON that the model begins.
        return [*segments, ('{"', False), (_call(call)[2:] + END_OF_TURN, True)]
    text = turn.content.strip()
    for number, call in enumerate(turn.calls):
        gap = "\n" if text or number else ""
        text += f"{gap}{CALL}\n{_call(call)}\n{CALLED}"
    return [*segments, (text + END_OF_TURN, True)]


def rendered(dialogue: Dialogue) -> list[Segment]:
    """The whole conversation. Thoughts stand in the last reply, and in calls that led to it."""
    segments: list[Segment] = [(BEGIN_OF_TEXT, False)]
    if system := system_text(dialogue):
        segments.append((header("system") + system + END_OF_TURN, False))
    last_user = max(i for i, turn in enumerate(dialogue.turns) if turn.role == "user")
    for number, turn in enumerate(dialogue.turns):
        segments.append((header(turn.role), False))
        if turn.role == "assistant":
            thinks = dialogue.thinking and number > last_user
            segments += _assistant(turn, thinks)
        else:
            segments.append((turn.content.strip() + END_OF_TURN, False))
    return segments
