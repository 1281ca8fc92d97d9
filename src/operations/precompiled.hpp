// The precompiled header of this folder: every operation sees the shapes of its service and the
// context, which together take longer to parse than most operations.
#pragma once

#include "api/agent.hpp"
#include "api/agent_runtime.hpp"
#include "api/cloudwatch.hpp"
#include "api/control.hpp"
#include "api/iam.hpp"
#include "api/runtime.hpp"
#include "api/sts.hpp"
#include "operations/handlers.hpp"
#include "pch.hpp"
