using System.Text;

namespace Parley.Cli.Extensions;

/// <summary>Takes every incoming call to the extension that was dialled.</summary>
internal sealed class Switchboard(ExtensionServices services)
{
    // RFC 3261 §20.33: a moment in which other calls end and give their ports back.
    private const string RetryAfterSeconds = "5";

    public async Task HandleAsync(IncomingCall incoming, CancellationToken ended)
    {
        var dialled = DialledUser(incoming);
        services.Log.Write(incoming, $"dials '{dialled}' over {incoming.Transport}");
        if (!ExtensionTable.TryFind(dialled, out var extension, out var argument))
        {
            var known = string.Join(", ", ExtensionTable.All.Select(one => one.Pattern));
            services.Log.Write(incoming, $"refused with 404: no extension '{dialled}'; there are {known}");
            await incoming.RejectAsync(404, cancel: ended);
            return;
        }

        var call = new ExtensionCall(incoming, argument, services);
        try
        {
            await extension.Handler(call, ended);
        }
        catch (CallMediaException e) when (incoming.State < CallState.Answered && !ended.IsCancellationRequested)
        {
            await RefuseMediaAsync(call, e, ended);
        }
        catch (Exception e) when (e is CallEndedException || (ended.IsCancellationRequested && e is OperationCanceledException or CallMediaException))
        {
            // The caller hung up in the middle of something, as callers do.
        }

        services.Log.Write(incoming, $"is done with '{dialled}': {await incoming.HangUpAsync(CancellationToken.None)}");
    }

    private static Task RefuseMediaAsync(ExtensionCall call, CallMediaException fault, CancellationToken ended)
    {
        if (fault.Problem != CallMediaProblem.NoPort)
            return call.RefuseAsync(488, fault.Message, ended);
        call.Log($"refused with 503: {fault.Message}");
        return call.Incoming.RejectAsync(503, new() { Headers = [new("Retry-After", RetryAfterSeconds)] }, ended);
    }

    // From the INVITE itself: one level of escapes is resolved, a URI within a bridge's URI keeps its own.
    private static string DialledUser(IncomingCall call) =>
        call.Invite!.TryGetRequestUri(out var uri) ? Uri.UnescapeDataString(Encoding.UTF8.GetString(uri.User)) : "";
}
