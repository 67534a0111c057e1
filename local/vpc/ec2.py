"""Fields of VPC endpoints and security group rules that MiniStack forgets."""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from local import ministack

Parameters = dict[str, Any]


def _with_forgotten(create: Callable[[Parameters], Any]) -> Callable[[Parameters], Any]:
    """Let CreateVpcEndpoint remember policy, DNS and security groups."""

    def wrapper(parameters: Parameters) -> Any:
        known = set(ministack.vpc_endpoints)
        response = create(parameters)
        for name in set(ministack.vpc_endpoints) - known:
            _update(ministack.vpc_endpoints[name], parameters, "SecurityGroupId")
        return response

    return wrapper


def _modified(modify: Callable[[Parameters], Any]) -> Callable[[Parameters], Any]:
    """Let ModifyVpcEndpoint change them."""

    def wrapper(parameters: Parameters) -> Any:
        response = modify(parameters)
        endpoint = ministack.vpc_endpoints.get(_first(parameters, "VpcEndpointId"))
        if endpoint is not None:
            kept = set(endpoint.get("SecurityGroupIds", []))
            kept -= set(_members(parameters, "RemoveSecurityGroupId"))
            _update(endpoint, parameters, "AddSecurityGroupId", sorted(kept))
        return response

    return wrapper


def _update(
    endpoint: dict[str, Any], parameters: Parameters, groups: str, kept: list[str] | None = None
) -> None:
    endpoint["SecurityGroupIds"] = [*(kept or []), *_members(parameters, groups)]
    if policy := _first(parameters, "PolicyDocument"):
        endpoint["PolicyDocument"] = policy
    if private_dns := _first(parameters, "PrivateDnsEnabled"):
        endpoint["PrivateDnsEnabled"] = private_dns == "true"


def _described(describe: Callable[..., str]) -> Callable[..., str]:
    """Let DescribeVpcEndpoints return them."""

    def wrapper(endpoint: dict[str, Any], tag: str = "item") -> str:
        text, end = describe(endpoint, tag), f"</{tag}>"
        groups = "".join(
            f"<item><groupId>{group}</groupId></item>"
            for group in endpoint.get("SecurityGroupIds", [])
        )
        private_dns = str(endpoint.get("PrivateDnsEnabled", False)).lower()
        fields = f"<groupSet>{groups}</groupSet><privateDnsEnabled>{private_dns}"
        fields += "</privateDnsEnabled>"
        if policy := endpoint.get("PolicyDocument"):
            fields += f"<policyDocument>{escape(policy)}</policyDocument>"
        return text.removesuffix(end) + fields + end

    return wrapper


def _parsed(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Let security group rules keep prefix lists, and no ports where all protocols are meant.

    Otherwise, Terraform's request to revoke the rule that allows all egress has no effect.
    """

    def wrapper(parameters: Parameters, prefix: str) -> Any:
        rules = parse(parameters, prefix)
        for number, rule in enumerate(rules, 1):
            name = f"{prefix}.{number}.PrefixListIds"
            rule["PrefixListIds"] = [
                {"PrefixListId": entry}
                | ({"Description": text} if (text := _first(parameters, described)) else {})
                for index, entry in enumerate(_members(parameters, name, "PrefixListId"), 1)
                if (described := f"{name}.{index}.Description")
            ]
            if rule["IpProtocol"] == "-1":
                rule.pop("FromPort", None)
                rule.pop("ToPort", None)
        return rules

    return wrapper


def _rule_described(describe: Callable[..., str]) -> Callable[..., str]:
    """Let DescribeSecurityGroupRules return the prefix list of a rule that has one."""

    def wrapper(group: str, rule: dict[str, Any], is_egress: bool = False) -> str:
        text = describe(group, rule, is_egress=is_egress)
        names = [entry["PrefixListId"] for entry in rule["PrefixListIds"]]
        field = f"<prefixListId>{names[0]}</prefixListId>" if names else ""
        return text.replace("</toPort>", f"</toPort>{field}")

    return wrapper


def _members(parameters: Parameters, name: str, field: str = "") -> list[str]:
    """Return the values of `name.1`, `name.2` …, or those of their `field`."""
    found: list[str] = []
    suffix = f".{field}" if field else ""
    while value := _first(parameters, f"{name}.{len(found) + 1}{suffix}"):
        found.append(value)
    return found


def _first(parameters: Parameters, name: str) -> str:
    value = parameters.get(name) or [""]
    return str(value[0] if isinstance(value, list) else value)


def install() -> None:
    """Wrap the operations of MiniStack."""
    ministack.create_vpc_endpoint.wrap(_with_forgotten)
    ministack.modify_vpc_endpoint.wrap(_modified)
    ministack.vpc_endpoint_xml.wrap(_described)
    ministack.parse_ip_permissions.wrap(_parsed)
    ministack.security_group_rule_xml.wrap(_rule_described)
