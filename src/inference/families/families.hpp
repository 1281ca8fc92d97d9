// The families that are built. find_family() in family.hpp looks them up by their catalogue key.
#pragma once

#include "inference/families/family.hpp"

namespace bedplate::inference {

const Family& anthropic_messages();
const Family& meta_llama();
const Family& titan_text();
const Family& nova();
const Family& openai_chat();

}  // namespace bedplate::inference
