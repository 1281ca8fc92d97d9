// The families that are built. find_family() in family.hpp looks them up by their catalogue key.
#pragma once

#include "inference/families/family.hpp"

namespace bedplate::inference {

const Family& anthropic_messages();
const Family& meta_llama();
const Family& titan_text();
const Family& nova();
const Family& openai_chat();
const Family& anthropic_text();
const Family& mistral_instruct();
const Family& cohere_command();
const Family& cohere_command_r();
const Family& ai21_j2();
const Family& ai21_jamba();
const Family& deepseek();
const Family& writer();
const Family& mistral_chat();

}  // namespace bedplate::inference
