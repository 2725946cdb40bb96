using System.Globalization;
using Parley.Control;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.Control;

/// <summary>A user agent of this process whose calls are driven by commands, on a loopback port of its own.</summary>
internal sealed class ControlHost : IAsyncDisposable
{
    private readonly UserAgent _agent;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private ControlHost(UserAgent agent, CallControl control)
    {
        (_agent, Control) = (agent, control);
        Events = control.Directory.Subscribe();
        _serving = agent.ServeAsync(control.ServeAsync, _stop.Token);
    }

    public CallControl Control { get; }

    public CallEventReader Events { get; }

    /// <summary>The names of the last command's steps.</summary>
    public string Told { get; private set; } = "";

    public static async Task<ControlHost> StartAsync(CallControlOptions? options = null)
    {
        var port = Ports.Take();
        var media = Ports.Take(200);
        var agent = await UserAgent.StartAsync(new()
        {
            Listen = [string.Create(CultureInfo.InvariantCulture, $"udp://127.0.0.1:{port}")], MediaPorts = (media, media + 199), MediaLanes = 1,
        });
        return new(agent, new CallControl(agent, options));
    }

    /// <summary>Carries a command out within half a minute.</summary>
    public async Task<CommandOutcome> TryAsync(CallCommand command)
    {
        var steps = new List<CommandStep>();
        var outcome = await Control.RunAsync(command, step => steps.Add(step.Step)).WaitAsync(TimeSpan.FromSeconds(60));
        Told = string.Join(' ', steps.Distinct());
        return outcome;
    }

    /// <summary>Carries a command out that has to succeed.</summary>
    public async Task<CommandOutcome> RunAsync(CallCommand command)
    {
        var outcome = await TryAsync(command);
        Assert.True(outcome.IsSuccess, $"{command}: {outcome.Text}");
        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        await Control.DisposeAsync();
        await _stop.CancelAsync();
        await _serving;
        await _agent.DisposeAsync();
        _stop.Dispose();
    }
}
