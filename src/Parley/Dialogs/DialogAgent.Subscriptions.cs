using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Publications;
using Parley.Sip.Subscriptions;

namespace Parley.Dialogs;

// Subscriptions as notifier and as subscriber.
public sealed partial class DialogAgent
{
    /// <summary>Accepts a subscription: 200, and the NOTIFY that every SUBSCRIBE gets. Refreshes, fetches and expiry are seen to.</summary>
    /// <param name="subscribe">The subscription.</param>
    /// <param name="options">The state, lifetime, who hears of its end.</param>
    /// <returns>The dialog.</returns>
    /// <exception cref="InvalidOperationException">It is answered already.</exception>
    /// <exception cref="ArgumentException">A header that is not the application's to write.</exception>
    public Task<NotifierDialog> CreateUasAsync(SubscribeRequest subscribe, NotifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(subscribe);
        options ??= new();
        return subscribe.Subscription.Lane.RunAsync(() =>
        {
            if (!subscribe.Subscription.IsPending)
                throw new InvalidOperationException("The subscription is answered already.");
            var dialog = new NotifierDialog(subscribe, options);
            Add(dialog);
            try
            {
                subscribe.Subscription.Accept(dialog, options.Expires, options.Pending, options.Headers);
            }
            catch
            {
                Remove(dialog);
                throw;
            }

            return dialog;
        });
    }

    /// <summary>Subscribes with somebody and waits for the first NOTIFY. The subscription is kept until the result is disposed.</summary>
    /// <param name="options">With whom, to what, for how long.</param>
    /// <param name="onNotify">Told each NOTIFY, in order, off the lanes. Default nobody: <see cref="SubscriberDialog.Notifications"/> has them too.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The dialog.</returns>
    /// <exception cref="DialogException">It was refused, or nobody answered.</exception>
    /// <exception cref="ArgumentException">An option is malformed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task<SubscriberDialog> CreateSubscriberAsync(
        SubscribeOptions options, Action<SubscriberDialog, SubscriptionState, SipMessage>? onNotify = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var dialog = new SubscriberDialog(this, onNotify);
        await dialog.StartAsync(options, cancel).ConfigureAwait(false);
        return dialog;
    }

    /// <summary>Publishes a state and waits until the server has it (RFC 3903). It is kept published until the result is disposed.</summary>
    /// <param name="options">Whose state, of which package, for how long.</param>
    /// <param name="body">The state.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The publication: it is changed by <see cref="Publication.ModifyAsync"/>.</returns>
    /// <exception cref="DialogException">It was refused, or nobody answered.</exception>
    /// <exception cref="ArgumentException">An option is malformed, or there is no body.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async Task<Publication> PublishAsync(PublicationOptions options, SipBody body, CancellationToken cancel = default)
    {
        var publication = Endpoint.Publish(options, body);
        try
        {
            var status = await publication.WaitAsync(cancel).ConfigureAwait(false);
            if (status.State != PublicationState.Published)
                throw new DialogException(status.Status, status.Reason);
            return publication;
        }
        catch
        {
            await publication.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
