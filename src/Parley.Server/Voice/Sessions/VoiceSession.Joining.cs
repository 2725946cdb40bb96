using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sessions;

/// <content>Other parties in the audio: two sessions bridged, hold, texts to them.</content>
internal sealed partial class VoiceSession
{
    private const string MusicId = "music-on-hold";

    private Bridge? _bridge;
    private VoiceSession? _bridgedWith;

    private void JoinWith(BridgeCommand command)
    {
        if (Up("bridge") is not { } call)
            return;
        if (_bridge is not null || _leg is not null)
        {
            Fail("bridge", "The call is connected with another already.");
            return;
        }

        if (!_core.Sessions.TryGetValue(command.TargetSessionId, out var target) || target == this || target._call is not { State: CallState.Answered } other)
        {
            Fail("bridge", $"targetSessionId: there is no other session '{command.TargetSessionId}' with an answered call.");
            return;
        }

        Bridge bridge;
        try
        {
            // Mixed, so that what either session says is heard beside the other party.
            bridge = Bridge.Connect(call, other, new() { Mix = true });
        }
        catch (Exception e) when (e is CallMediaException or CallEndedException or InvalidOperationException)
        {
            Fail("bridge", e is InvalidOperationException ? "The other call is connected with another already." : e.Message);
            return;
        }

        (_bridge, _bridgedWith) = (bridge, target);
        target.Post(() => (target._bridge, target._bridgedWith) = (bridge, this));
        _ = WatchAsync();

        // The call that outlives the other is free again.
        async Task WatchAsync()
        {
            await bridge.WaitAsync();
            await bridge.DisposeAsync();
            Post(() => Forget(bridge));
            target.Post(() => target.Forget(bridge));
        }
    }

    private void Part(UnbridgeCommand command)
    {
        if (_bridge is not { } bridge || _bridgedWith is not { } other)
        {
            Fail("unbridge", "The call is bridged with no other session.");
            return;
        }

        if (command.TargetSessionId is { Length: > 0 } target && target != other.Id)
        {
            Fail("unbridge", $"targetSessionId: the call is bridged with '{other.Id}', not with '{target}'.");
            return;
        }

        Begin("unbridge", () => bridge.DisposeAsync().AsTask());
        Forget(bridge);
        other.Post(() => other.Forget(bridge));
    }

    private void Forget(Bridge bridge)
    {
        if (_bridge == bridge)
            (_bridge, _bridgedWith) = (null, null);
    }

    private void Hold(HoldCommand command)
    {
        if (Up("hold") is not { } call)
            return;
        if (command.OnHold == false)
        {
            Begin("hold", async () =>
            {
                await call.ResumeAsync(_ending.Token);
                Post(() => _chain?.Output.Find(MusicId)?.Stop());
            });
            return;
        }

        Begin("hold", async () =>
        {
            await call.HoldAsync(_ending.Token);
            if (command.Music is { Length: > 0 } music)
                await OpenAsync(music, new() { PlayId = MusicId, Role = LayerRole.Background }, repeat: true);
        });
    }

    private void Send(MessageCommand command)
    {
        if ((command.Refer == true ? Referred("message") : Up("message")) is not { } call)
            return;
        var problems = new List<Contracts.Voice.VoiceProblem>();
        var headers = SipPlan.Headers(command.Headers, "headers", problems);
        Complain("message", problems);
        Begin("message", async () =>
        {
            var body = new SipBody(Given(command.ContentType) ?? "text/plain;charset=utf-8", command.Body);
            var response = await call.RequestAsync(SipMethod.Message, body, headers, _ending.Token);
            if (!response.IsSuccess)
                Post(() => Fail("message", $"{response.Status} {response.Reason}", response.Status));
        });
    }

    // The session's end is the end of all it was joined with.
    private void EndJoined()
    {
        if (_bridge is { } bridge)
            _ = bridge.DisposeAsync().AsTask();
        if (_leg is { } leg)
        {
            leg.EndsSession = false;
            LegOver(leg, leg.Answered is null
                ? new(CallEndKind.Cancelled, CallEndParty.Local, 487, "The session has ended")
                : new(CallEndKind.Completed, CallEndParty.Local, 200, "The session has ended"));
        }

        _asked?.Dispose();
    }
}
