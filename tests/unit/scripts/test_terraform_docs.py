"""Tables of inputs and outputs in the READMEs of Terraform modules."""

import pytest

from scripts import terraform_docs

VARIABLES = """
variable "name" {
  description = "Name with a | and <placeholder>"
  type        = string
}

variable "settings" {
  description = "Settings"
  type = object({
    count = optional(number, 2) # how many
    nested = optional(object({
      mode = string # "a" or "b"
    }), {})
    plain = string
    tags  = optional(map(string), { a = "b" }) # tags
  })
  default = {}

  validation {
    condition     = var.settings.count > 0
    error_message = "count"
  }
}

variable "size" {
  description = "Size"
  type        = object({ height = number })
  nullable    = false
}
"""
OUTPUTS = """
output "arn" {
  description = "ARN"
  value       = local.arn
}
"""


@pytest.fixture
def module(tmp_path):
    (tmp_path / "variables.tf").write_text(VARIABLES)
    (tmp_path / "outputs.tf").write_text(OUTPUTS)
    return tmp_path


def test_every_variable_and_documented_attribute_has_a_row(module):
    rows = [line for line in terraform_docs.tables(module).splitlines() if line.startswith("| `")]
    assert rows == [
        "| `name` | Name with a \\| and &lt;placeholder> | `string` | required |",
        "| `settings` | Settings | `object` | `{}` |",
        "| `settings.count` | how many | `number` | `2` |",
        '| `settings.nested.mode` | "a" or "b" | `string` | required |',
        '| `settings.tags` | tags | `map(string)` | `{ a = "b" }` |',
        "| `size` | Size | `object({height = number})` | required |",
        "| `arn` | ARN |",
    ]


def test_examples_of_all_modules_become_one_root_module(tmp_path):
    terraform = tmp_path / "terraform"
    for name in ("a", "b"):
        folder = terraform / "modules" / name
        folder.mkdir(parents=True)
        text = f'# {name}\n\n```hcl\nmodule "{name}" {{\n  source = "./modules/{name}"\n}}\n```\n'
        (folder / "README.md").write_text(text)
    for name in ("versions.tf", ".terraform.lock.hcl"):
        (terraform / name).touch()
    examples = (terraform_docs.write_examples(terraform) / "main.tf").read_text()
    assert 'source = "../terraform/modules/a"' in examples
    assert 'source = "../terraform/modules/b"' in examples


def test_module_without_an_example_is_an_error(tmp_path):
    (tmp_path / "terraform" / "modules" / "a").mkdir(parents=True)
    (tmp_path / "terraform" / "modules" / "a" / "README.md").write_text("# a\n")
    with pytest.raises(ValueError, match="no HCL example in"):
        terraform_docs.write_examples(tmp_path / "terraform")
