using BenchmarkDotNet.Running;
using Parley.Bench;

// "quick" measures by the least of many short batches: usable on a machine that is busy with other work, where BenchmarkDotNet's means drift.
if (args is ["quick"])
    QuickRun.Messages();
else
    BenchmarkSwitcher.FromAssembly(typeof(QuickRun).Assembly).Run(args);
