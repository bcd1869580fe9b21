import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@prisma/client";

export function openOrders(url) {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  return {
    outside: prisma,
    place: (order, work) =>
      prisma.$transaction(async (tx) => {
        await tx.shop_order.create({ data: order });
        await work(tx);
      }),
    close: () => prisma.$disconnect(),
  };
}
