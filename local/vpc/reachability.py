"""Which AWS services a network reaches: by VPC endpoints only, there is no other route.

Security groups, route tables, host names and endpoint policies must all allow it.
"""

from collections.abc import Iterable
from typing import Any

from local import ministack, runtime
from local.http_messages import Request
from local.vpc.network import Network

Record = dict[str, Any]

HTTPS = 443
INGRESS, EGRESS = "IpPermissions", "IpPermissionsEgress"
# Endpoints whose names differ from the service in the signature.
ENDPOINT_NAMES = {"kinesis": "kinesis-streams"}


def service_of(service: str, request: Request) -> str:
    """Return the endpoint that a request needs, e.g. `sagemaker.api`."""
    if service != "sagemaker":
        return ENDPOINT_NAMES.get(service, service)
    if "x-amz-target" in request.headers:
        return "sagemaker.api"
    runtime_api = request.path.startswith("/endpoints/")
    return "sagemaker.runtime" if runtime_api else "sagemaker.featurestore-runtime"


def obstacle(network: Network, service: str) -> str | None:
    """Return why a network does not reach a service at all, None if it does."""
    name = f"com.amazonaws.{runtime.REGION}.{service}"
    endpoints = _endpoints(network, name)
    if not endpoints:
        return f"because the VPC has no endpoint for {name}"
    reasons = [_obstacle(network, endpoint) for endpoint in endpoints]
    return None if None in reasons else reasons[0]


def policies(network: Network, service: str) -> list[Any]:
    """Return the policies of the endpoints through which a network reaches a service."""
    name = f"com.amazonaws.{runtime.REGION}.{service}"
    return [
        endpoint.get("PolicyDocument") or None
        for endpoint in _endpoints(network, name)
        if _obstacle(network, endpoint) is None
    ]


def _endpoints(network: Network, name: str) -> list[Record]:
    vpcs = {(ministack.subnets.get(subnet) or {}).get("VpcId") for subnet in network.subnets}
    return [
        endpoint
        for endpoint in ministack.vpc_endpoints.values()
        if endpoint["ServiceName"] == name and endpoint["VpcId"] in vpcs
    ]


def _obstacle(network: Network, endpoint: Record) -> str | None:
    """Return why an endpoint of the network's VPC cannot be used, None if it can."""
    gateway = endpoint["VpcEndpointType"] == "Gateway"
    return (_gateway_obstacle if gateway else _interface_obstacle)(network, endpoint)


def _gateway_obstacle(network: Network, endpoint: Record) -> str | None:
    name = endpoint["ServiceName"]
    for subnet in network.subnets:
        if _route_table(subnet) not in endpoint["RouteTableIds"]:
            return f"because {subnet} has no route to the endpoint for {name}"
    if not _allowed(network.security_groups, EGRESS, ministack.prefix_list_id(name)):
        return f"because no security group allows egress to the prefix list of {name}"
    return None


def _interface_obstacle(network: Network, endpoint: Record) -> str | None:
    name = endpoint["ServiceName"]
    if not endpoint.get("PrivateDnsEnabled"):
        return f"because the endpoint for {name} has no private DNS"
    targets = endpoint.get("SecurityGroupIds") or []
    if not any(_allowed(network.security_groups, EGRESS, target) for target in targets):
        return f"because no security group allows egress to the endpoint for {name}"
    if not any(_allowed(targets, INGRESS, group) for group in network.security_groups):
        return f"because the endpoint for {name} allows no ingress from the security group"
    return None


def _route_table(subnet: str) -> str | None:
    """Return the route table of a subnet: its own, or the main one of the VPC."""
    vpc = (ministack.subnets.get(subnet) or {}).get("VpcId")
    tables = [table for table in ministack.route_tables.values() if table["VpcId"] == vpc]
    for is_main in (False, True):
        for table in tables:
            for association in table["Associations"]:
                own = association.get("SubnetId") == subnet
                if own or (is_main and association.get("Main")):
                    return str(table["RouteTableId"])
    return None


def _allowed(groups: Iterable[str], direction: str, other: str) -> bool:
    """Return whether security groups allow HTTPS to or from a group or prefix list."""
    rules = [
        rule
        for group in groups
        for rule in (ministack.security_groups.get(group) or {}).get(direction, [])
    ]
    return any(_is_https(rule) and other in _peers(rule, other) for rule in rules)


def _is_https(rule: Record) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    ports = range(int(rule.get("FromPort", 0)), int(rule.get("ToPort", 0)) + 1)
    return rule["IpProtocol"] in {"tcp", "6"} and HTTPS in ports


def _peers(rule: Record, other: str) -> set[str]:
    """Return groups and prefix lists of a rule; any address includes `other`."""
    found = {pair["GroupId"] for pair in rule["UserIdGroupPairs"]}
    found |= {entry["PrefixListId"] for entry in rule["PrefixListIds"]}
    if any(entry["CidrIp"] == "0.0.0.0/0" for entry in rule["IpRanges"]):
        found.add(other)
    return found
