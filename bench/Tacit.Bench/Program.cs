using Tacit.Bench;

switch (args.FirstOrDefault())
{
    case "products": ProductBench.Run(args[1..]); break;
    default:
        Console.WriteLine("usage: Tacit.Bench products [--quick] [--rows=M,…]");
        return 1;
}
return 0;
