"""A VPC with private subnets, as an account has them before the deployment."""

ZONES = "ab"


def create(ec2, zones=ZONES):
    """Create VPC, subnets and their route table -> the variable private_network."""
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    subnets = []
    for number, zone in enumerate(zones):
        subnet = ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.1.{number}.0/24",
            AvailabilityZone=f"{ec2.meta.region_name}{zone}",
        )["Subnet"]["SubnetId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        subnets.append(subnet)
    return {"vpc_id": vpc, "subnet_ids": subnets, "route_table_ids": [table]}
