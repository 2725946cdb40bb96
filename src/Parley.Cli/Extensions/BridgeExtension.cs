using Parley.Control;
using Parley.Sip.Messages;

namespace Parley.Cli.Extensions;

internal static class BridgeExtension
{
    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        if (!TryReadTarget(call.Argument, out var target))
        {
            await call.RefuseAsync(404, $"'{call.Argument}' after bridge- is no SIP URI; write bridge-sip%3Auser%40host", ended);
            return;
        }

        if (call.Services.Bridges.Refusal(target, call.Incoming.RemoteEndpoint) is { } why)
        {
            await call.RefuseAsync(403, why, ended);
            return;
        }

        var options = new DialOptions
        {
            BridgeWith = call.Incoming,
            Caller = new SipAddress(call.Incoming.From.Uri, call.Incoming.From.DisplayName).ToString(),
        };
        var ringing = new Ringing(call.Services.Agent, options.RingTimeout, call.Services.Time);
        var way = new RingWay(target.ToString(), options, target.ToString());
        await using var line = new CallerLine(call.Incoming);
        var result = await ringing.RunAsync([new RingTarget(way)], step => line.TellAsync(step, ended), ended);
        if (result.Answered is not { } answered)
        {
            await call.RefuseAsync(result.Status, $"{target} did not take the call", ended);
            return;
        }

        try
        {
            await line.AnswerAsync(answered.Call!, ended);
            await using var bridge = Bridge.Connect(call.Incoming, answered.Call!, new() { Transcode = true });
            await bridge.WaitAsync(ended);
        }
        finally
        {
            await answered.ReleaseAsync();
        }
    }

    private static bool TryReadTarget(string argument, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipUri? target) =>
        SipUri.TryParse(argument.Contains(':', StringComparison.Ordinal) ? argument : "sip:" + argument, out target);
}
