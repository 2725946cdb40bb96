using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Client.AspNetCore;

/// <summary>Takes the calls that a server announces by its webhook.</summary>
public static class VoiceWebhookExtensions
{
    /// <summary>
    /// Takes the calls announced to a path. Each announcement is checked (signature, size, shape) and answered at once: 200, or 401, 413, 400, 503. Beside that the call's session is connected
    /// and given to the handler, which is the call: when it returns, the call ends. When the application stops, running calls may go on for a while
    /// (<see cref="VoiceWebhookOptions.DrainTimeout"/>).
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, e.g. <c>/calls</c>.</param>
    /// <param name="handler">Answers or refuses the call, and leads it. Its token fires when the call is over, and when the application must stop. What fails in it is logged and ends its call.</param>
    /// <param name="options">Server, key, limits. Default: that type's defaults.</param>
    /// <returns>The endpoint, for further conventions, and the calls it has.</returns>
    /// <example><code>
    /// app.MapVoiceWebhook("/calls", async (call, ended) =>
    /// {
    ///     await call.AcceptAsync(new() { Vad = new() }, ended);
    ///     await call.Client.SpeakToEndAsync("Hello!", ended);
    /// }, new() { Secret = "…" });
    /// </code></example>
    public static VoiceWebhook MapVoiceWebhook(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, Func<IncomingVoiceCall, CancellationToken, Task> handler, VoiceWebhookOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(handler);
        var services = endpoints.ServiceProvider;
        var log = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Parley.Voice");
        var webhook = new VoiceWebhook(handler, options ?? new(), services, log);
        webhook.Endpoint = endpoints.MapPost(pattern, webhook.AnswerAsync);
        // The host waits for what is registered here before it stops to listen.
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(() => webhook.DrainAsync().GetAwaiter().GetResult());
        return webhook;
    }
}
