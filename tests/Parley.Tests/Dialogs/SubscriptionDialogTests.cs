using Parley.Dialogs;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Publications;
using Parley.Sip.Subscriptions;
using Parley.Tests.Support;

namespace Parley.Tests.Dialogs;

/// <summary>Dialogs made of subscriptions, from either side.</summary>
public class SubscriptionDialogTests
{
    [Fact]
    public void A_subscription_with_us_is_a_dialog_that_notifies_and_is_destroyed_with_a_last_NOTIFY() => DialogStage.Run(async stage =>
    {
        var made = new TaskCompletionSource<NotifierDialog>();
        var ended = new TaskCompletionSource<SubscriptionEnd>();
        stage.Serve(new DialogRoutes
        {
            OnSubscribe = async (subscribe, _) => made.SetResult(await stage.Agent.CreateUasAsync(subscribe, new NotifierOptions
            {
                State = _ => new SipBody("text/plain", "first"),
                Expires = TimeSpan.FromMinutes(5),
                Headers = [new SipHeader("X-Tag", "1")],
                OnEnd = (_, end) => ended.SetResult(end),
            })),
        });
        var subscribe = Subscribe(stage, "presence");
        var accepted = await stage.Alice.Expect("200 SUBSCRIBE");
        Assert.Equal(("300", "1"), (Wire.Header(accepted, "Expires"), Wire.Header(accepted, "X-Tag")));
        var notify = await Notified(stage);
        Assert.Equal(("first", "presence"), (Wire.Body(notify), Wire.Header(notify, "Event")));
        var dialog = await made.Task;
        Assert.Equal(("sub-1", "alicetag", DialogDirection.Incoming, "presence"), (dialog.Sip.CallId, dialog.Sip.RemoteTag, dialog.Direction, dialog.Event));
        Assert.Same(dialog, stage.Agent.Find(dialog.Id));
        Assert.Contains("SUBSCRIBE", subscribe, StringComparison.Ordinal);

        var telling = dialog.NotifyAsync(new SipBody("text/plain", "second"), [new SipHeader("X-N", "2")]);
        notify = await Notified(stage);
        Assert.Equal(("second", "2"), (Wire.Body(notify), Wire.Header(notify, "X-N")));
        Assert.True((await telling).IsSuccess);
        await dialog.DestroyAsync();
        Assert.StartsWith("terminated;reason=noresource", Wire.Header(await Notified(stage), "Subscription-State"), StringComparison.Ordinal);
        Assert.Equal(SubscriptionEndKind.Terminated, (await ended.Task).Kind);
        Assert.True(dialog.Ended.IsCancellationRequested);
    });

    [Fact]
    public void A_state_is_published_and_one_that_is_refused_throws() => DialogStage.Run(async stage =>
    {
        var options = new PublicationOptions { Target = SipUri.Parse(stage.Bob.Uri), Event = "presence" };
        var publishing = stage.Agent.PublishAsync(options, new SipBody("application/pidf+xml", "open"));
        stage.Bob.Respond(await stage.Bob.Expect("PUBLISH"), "200 OK", headers: "SIP-ETag: e1");
        var publication = await publishing;
        Assert.Equal("e1", publication.Status.EntityTag);
        var refused = stage.Agent.PublishAsync(options with { Event = "weather" }, new SipBody("text/plain", "rain"));
        stage.Bob.Respond(await stage.Bob.Expect("PUBLISH"), "489 Bad Event");
        Assert.Equal(489, (await Assert.ThrowsAsync<DialogException>(() => refused)).Status);
        var removing = publication.DisposeAsync();
        stage.Bob.Respond(await stage.Bob.Expect("PUBLISH"), "200 OK", headers: "SIP-ETag: e2");
        await removing;
    });

    [Fact]
    public void A_pending_subscription_is_let_in_later() => DialogStage.Run(async stage =>
    {
        var made = new TaskCompletionSource<NotifierDialog>();
        stage.Serve(new DialogRoutes { OnSubscribe = async (subscribe, _) => made.SetResult(await stage.Agent.CreateUasAsync(subscribe, new NotifierOptions { Pending = true })) });
        Subscribe(stage, "presence");
        Assert.StartsWith("pending", Wire.Header(await Notified(stage), "Subscription-State"), StringComparison.Ordinal);
        await (await made.Task).ActivateAsync();
        Assert.StartsWith("active", Wire.Header(await Notified(stage), "Subscription-State"), StringComparison.Ordinal);
        await (await made.Task).TerminateAsync(SubscriptionReason.Rejected);
        Assert.StartsWith("terminated;reason=rejected", Wire.Header(await Notified(stage), "Subscription-State"), StringComparison.Ordinal);
    });

    [Fact]
    public void A_subscription_can_be_refused_and_one_nobody_takes_is() => DialogStage.Run(async stage =>
    {
        stage.Serve(new DialogRoutes { OnSubscribe = (subscribe, _) => subscribe.Message.Body.IsEmpty ? subscribe.RejectAsync(403, "Not you") : Task.CompletedTask });
        Subscribe(stage, "presence");
        Assert.StartsWith("SIP/2.0 403 Not you", await stage.Alice.Expect("403 SUBSCRIBE"), StringComparison.Ordinal);
        Subscribe(stage, "unheard-of", "sub-2");
        Assert.Equal("presence", Wire.Header(await stage.Alice.Expect("489 SUBSCRIBE"), "Allow-Events"));
    });

    [Fact]
    public void A_subscription_of_ours_is_a_dialog_that_hears() => DialogStage.Run(async stage =>
    {
        var told = new List<string>();
        var subscribing = stage.Agent.CreateSubscriberAsync(
            new SubscribeOptions { Target = SipUri.Parse(stage.Bob.Uri), Event = "presence" },
            (_, state, notify) => told.Add($"{state} {System.Text.Encoding.UTF8.GetString(notify.Body).Trim()}"));
        var subscribe = await stage.Bob.Expect("SUBSCRIBE");
        stage.Bob.Respond(subscribe, "200 OK", headers: "Expires: 600");
        stage.Bob.Back(subscribe, "NOTIFY", 1, "here", "Event: presence\nSubscription-State: active;expires=600", "text/plain");
        await stage.Bob.Expect("200 NOTIFY");
        var dialog = await subscribing;
        Assert.Equal((DialogDirection.Outgoing, "bobtag", DialogState.Confirmed), (dialog.Direction, dialog.Sip.RemoteTag, dialog.State));
        var destroying = dialog.DestroyAsync();
        var end = await stage.Bob.Expect("SUBSCRIBE");
        Assert.Equal("0", Wire.Header(end, "Expires"));
        stage.Bob.Respond(end, "200 OK", headers: "Expires: 0");
        stage.Bob.Back(subscribe, "NOTIFY", 2, "gone", "Event: presence\nSubscription-State: terminated;reason=timeout", "text/plain");
        await destroying;
        await stage.Until(() => told.Count == 2, "the last NOTIFY was told");
        Assert.Equal(["Active here", "Terminated gone"], told);
    });

    [Fact]
    public void A_subscription_of_ours_that_is_refused_throws() => DialogStage.Run(async stage =>
    {
        var subscribing = stage.Agent.CreateSubscriberAsync(new SubscribeOptions { Target = SipUri.Parse(stage.Bob.Uri), Event = "presence" });
        stage.Bob.Respond(await stage.Bob.Expect("SUBSCRIBE"), "403 Forbidden");
        Assert.Equal(403, (await Assert.ThrowsAsync<DialogException>(() => subscribing)).Status);
    });

    private static async Task<string> Notified(DialogStage stage)
    {
        var notify = await stage.Alice.Expect("NOTIFY");
        stage.Alice.Respond(notify, "200 OK");
        return notify;
    }

    private static string Subscribe(DialogStage stage, string package, string callId = "sub-1")
    {
        var text = $"""
            SUBSCRIBE sip:us@{Stage.Us} SIP/2.0
            Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK{callId};rport
            Max-Forwards: 70
            From: <sip:alice@10.0.0.9>;tag=alicetag
            To: <sip:us@{Stage.Us}>
            Call-ID: {callId}
            CSeq: 1 SUBSCRIBE
            Contact: <sip:alice@10.0.0.9:5060>
            Event: {package}
            Expires: 3600


            """;
        stage.Alice.Send(text);
        return text;
    }
}
