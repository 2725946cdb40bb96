using System.Threading.Channels;
using Parley.Media.Codecs;
using Parley.Sip.Messages;

namespace Parley.Cli.Extensions;

internal static class BridgeExtension
{
    // More provisional responses than any call has; what is beyond would only repeat that it rings.
    private const int MaxProgress = 16;

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

        var progress = Channel.CreateBounded<CallProgress>(new BoundedChannelOptions(MaxProgress) { FullMode = BoundedChannelFullMode.DropWrite });
        var options = new DialOptions
        {
            BridgeWith = call.Incoming,
            Caller = new SipAddress(call.Incoming.From.Uri, call.Incoming.From.DisplayName).ToString(),
            OnProgress = step => progress.Writer.TryWrite(step),
        };
        await using var leg = await call.Services.Agent.CreateCallAsync(target.ToString(), options, ended);
        if (await DialAsync(leg, progress, call.Incoming, ended))
            await JoinAsync(call.Incoming, leg, ended);
        else
            await call.RefuseAsync(StatusToPass(leg.End!.Value.Status), $"{target} answered {leg.End}", ended);
    }

    private static bool TryReadTarget(string argument, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipUri? target) =>
        SipUri.TryParse(argument.Contains(':', StringComparison.Ordinal) ? argument : "sip:" + argument, out target);

    /// <summary>Dials, and passes on to the caller that it rings, and what is to be heard before the answer.</summary>
    private static async Task<bool> DialAsync(OutgoingCall leg, Channel<CallProgress> progress, IncomingCall caller, CancellationToken ended)
    {
        var answered = InviteAsync();
        Bridge? early = null;
        try
        {
            await foreach (var step in progress.Reader.ReadAllAsync(ended))
            {
                if (step.EarlyMedia && early is null && leg.Codec is { } codec)
                {
                    await caller.StartEarlyMediaAsync(new() { Codecs = CodecsFor(codec) }, ended);
                    early = Connect(caller, leg);
                }
                else if (step.Status == 180 && caller.State == CallState.Trying)
                {
                    await caller.RingAsync(ended);
                }
            }

            return await answered;
        }
        finally
        {
            if (early is not null)
                await early.DisposeAsync();
        }

        async Task<bool> InviteAsync()
        {
            try
            {
                return await leg.TryInviteAsync(ended);
            }
            finally
            {
                progress.Writer.TryComplete();
            }
        }
    }

    private static async Task JoinAsync(IncomingCall caller, OutgoingCall leg, CancellationToken ended)
    {
        await caller.AnswerAsync(leg.Codec is { } codec ? new() { Codecs = CodecsFor(codec), PreferOwnCodecs = true } : null, ended);
        await using var bridge = Connect(caller, leg);
        await bridge.WaitAsync(ended);
    }

    private static Bridge Connect(IncomingCall caller, OutgoingCall leg) => Bridge.Connect(caller, leg, new() { Transcode = true });

    // The codec of the other leg first, so that packets pass untouched; the rest for callers that do not have it.
    private static AudioCodec[] CodecsFor(AudioCodec first) => [first, .. AudioCodecs.Default.Where(codec => codec.Name != first.Name)];

    // A redirection is not followed, and a challenge is for us and not for the caller, who has no credentials there.
    private static int StatusToPass(int status) => status switch { 401 or 407 => 403, >= 400 and <= 699 => status, _ => 480 };
}
