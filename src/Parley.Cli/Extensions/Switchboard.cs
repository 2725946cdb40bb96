using System.Text;
using Parley.Control;

namespace Parley.Cli.Extensions;

/// <summary>Takes calls to the extension that was dialled.</summary>
/// <param name="services">What the extensions share.</param>
/// <param name="directory">Where calls to them are known, as all others are.</param>
internal sealed class Switchboard(ExtensionServices services, CallDirectory directory)
{
    // RFC 3261 §20.33: a moment in which other calls end and give their ports back.
    private const string RetryAfterSeconds = "5";

    public Task HandleAsync(IncomingCall incoming, CancellationToken ended)
    {
        var dialled = DialledUser(incoming);
        services.Log.Write(incoming, $"dials '{dialled}' over {incoming.Transport}");
        if (TryServe(incoming, dialled, ended) is { } serving)
            return serving;
        var known = string.Join(", ", ExtensionTable.All.Select(one => one.Pattern));
        services.Log.Write(incoming, $"refused with 404: no extension '{dialled}'; there are {known}");
        return incoming.RejectAsync(404, cancel: ended);
    }

    /// <summary>Has a call served by somebody else, with the same care for how it ends.</summary>
    public Task HandleAsync(IncomingCall incoming, Func<IncomingCall, CancellationToken, Task> serve, CancellationToken ended)
    {
        var dialled = DialledUser(incoming);
        services.Log.Write(incoming, $"dials '{dialled}' over {incoming.Transport}");
        return RunAsync(incoming, dialled, serve, ended);
    }

    /// <summary>Serves a call at an extension; null when there is none of that name.</summary>
    public Task? TryServe(IncomingCall incoming, string dialled, CancellationToken ended) =>
        ExtensionTable.TryFind(dialled, out var extension, out var argument)
            ? RunAsync(incoming, dialled, (_, over) => ServeAsync(new ExtensionCall(incoming, argument, services), extension, over), ended)
            : null;

    /// <summary>User part of the request-URI of a call.</summary>
    /// <remarks>From the INVITE itself: one level of escapes is resolved, a URI within a bridge's URI keeps its own.</remarks>
    public static string DialledUser(IncomingCall call) =>
        call.Invite!.TryGetRequestUri(out var uri) ? Uri.UnescapeDataString(Encoding.UTF8.GetString(uri.User)) : "";

    // A command may take the call out of the extension's hands; then it is left to commands.
    private async Task ServeAsync(ExtensionCall call, Extension extension, CancellationToken ended)
    {
        var known = directory.Admit(new RelayedLeg(call.Incoming, call.Incoming.FromUser), call.Incoming.To.Uri.ToString());
        using var hands = CancellationTokenSource.CreateLinkedTokenSource(ended, known.Taken);
        try
        {
            await extension.Handler(call, hands.Token);
        }
        catch (Exception e) when (known.IsTaken && !ended.IsCancellationRequested && e is OperationCanceledException or InvalidOperationException or CallMediaException)
        {
            // What it was about to do is not its business any more.
        }

        if (known.IsTaken && !ended.IsCancellationRequested)
            await call.Incoming.WaitForEndAsync(CancellationToken.None);
    }

    private async Task RunAsync(IncomingCall incoming, string dialled, Func<IncomingCall, CancellationToken, Task> serve, CancellationToken ended)
    {
        try
        {
            await serve(incoming, ended);
        }
        catch (CallMediaException e) when (incoming.State < CallState.Answered && !ended.IsCancellationRequested)
        {
            await RefuseMediaAsync(new ExtensionCall(incoming, "", services), e, ended);
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
}
