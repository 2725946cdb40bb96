using Parley.Cli.Commands;
using Parley.Cli.Terminal;

using var interrupt = new Interrupt();
return await CommandLine.RunAsync(args, Console.Out, Console.Error, interrupt.Requested);
