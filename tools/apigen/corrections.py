"""What the service models leave out or AWS does otherwise. Every entry says how it is known."""

# IAM actions that are not bedrock:<Operation>. Source: the permission that each operation's
# documentation in the model asks for.
IAM_ACTIONS = {
    ("runtime", "Converse"): "bedrock:InvokeModel",
    ("runtime", "ConverseStream"): "bedrock:InvokeModelWithResponseStream",
    ("runtime", "StartAsyncInvoke"): "bedrock:InvokeModel",
    ("agent_runtime", "RetrieveAndGenerateStream"): "bedrock:RetrieveAndGenerate",
}

# Enums whose list AWS's server does not enforce, or does not enforce as the model has it.
#   EvaluationTaskType: jobs that AWS's own samples create say "General", which the model lacks.
#   ToolUseType: replies of 2026 say "tool_use", which the model lacks, and come back as they were.
OPEN_ENUMS = {
    ("control", "EvaluationTaskType"),
    ("runtime", "ToolUseType"),
}

# Shapes whose values AWS does not echo though the model does not call them sensitive.
#   ContentBlock: recorded refusals under messages.N.member.content say "Value at", those under
#   toolConfig say "Value '…' at".
SENSITIVE_SHAPES = {
    ("runtime", "ContentBlock"),
}

# Members that AWS sends and no model has.
#   TokenUsage: recorded from Converse, 2025-03 to 2026-08.
EXTRA_MEMBERS = {
    ("runtime", "TokenUsage"): [
        ("cacheReadInputTokenCount", "TokenUsageCacheReadInputTokensInteger"),
        ("cacheWriteInputTokenCount", "TokenUsageCacheWriteInputTokensInteger"),
        ("serverToolUsage", "Document"),
    ],
}

# Patterns that say something else than is meant: what stands in them, and what AWS's server checks.
#   TaggableResourcesArn: "/d" is a "\d" gone wrong. As it stands it fits no ARN at all, and the
#   user guide ("Tagging Amazon Bedrock resources") tags agents with ARNs of 12 digits.
PATTERNS = {
    ("agent", "TaggableResourcesArn"): ("/d", "[0-9]"),
}

# Operations of different services with the same method and path. AWS tells them apart by host
# name; one server must tell them apart by a label. `resource_type` is that of the label's ARN:
# the first operation answers it, the second everything else.
SHARED_PATHS = {
    "/tags/{resourceArn}": {
        "label": "resourceArn",
        "resource_type": "session",  # agent-runtime tags sessions only
        "service": "agent_runtime",
        "otherwise": "agent",
    },
}


# The prefix of a service's IAM actions; all of Bedrock's services share one.
ACTION_PREFIXES = {"iam": "iam", "sts": "sts", "cloudwatch": "cloudwatch"}


def iam_action(service, operation):
    prefix = ACTION_PREFIXES.get(service, "bedrock")
    return IAM_ACTIONS.get((service, operation), f"{prefix}:{operation}")


def apply_to(services):
    """Writes the corrections of shapes into the models. A correction of nothing is an error."""
    from .model import Member

    for key, name in SENSITIVE_SHAPES:
        services[key].shapes[name].raw["sensitive"] = True
    for (key, name), members in EXTRA_MEMBERS.items():
        shape = services[key].shapes[name]
        for member, target in members:
            if any(known.name == member for known in shape.members):
                raise ValueError(f"{name}.{member} is modelled by now: drop the correction")
            if target not in services[key].shapes:
                raise ValueError(f"{name}.{member}: no shape {target}")
            shape.members.append(Member(member, target, None, member, False, False))
    for (key, name), (modelled, meant) in PATTERNS.items():
        raw = services[key].shapes[name].raw
        if modelled not in raw["pattern"]:
            raise ValueError(f"{name}'s pattern is right by now: drop the correction")
        raw["pattern"] = raw["pattern"].replace(modelled, meant)
    for key, name in OPEN_ENUMS:
        if "enum" not in services[key].shapes[name].raw:
            raise ValueError(f"{name} is not an enum")
