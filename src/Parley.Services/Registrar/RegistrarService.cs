using System.Collections.Concurrent;
using System.Text;
using Parley.Net;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Services.Registrar;

/// <summary>
/// Answers REGISTER (RFC 3261 §10.3, with Path 3327, Service-Route 3608, outbound 5626 and GRUU 5627). Whoever composes an endpoint hands it the requests of that method; their
/// endpoint's <c>Methods</c> must have REGISTER, its <c>Extensions</c> what <see cref="Extensions"/> names.
/// </summary>
public sealed class RegistrarService
{
    private readonly IAdmission _admission;
    private readonly ConcurrentDictionary<Lane, AnswerQueue> _answers = new();

    /// <summary>Makes a registrar.</summary>
    /// <param name="locations">Where the bindings are.</param>
    /// <param name="admission">Who may register.</param>
    /// <param name="options">Lifetimes and policies. Default: that type's defaults.</param>
    /// <exception cref="ArgumentException">The shortest lifetime is not above zero, or the lifetimes are not in order.</exception>
    public RegistrarService(LocationService locations, IAdmission admission, RegistrarOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(locations);
        ArgumentNullException.ThrowIfNull(admission);
        Locations = locations;
        _admission = admission;
        Options = options ?? new();
        if (Options.MinExpires < TimeSpan.FromSeconds(1) || Options.MinExpires > Options.MaxExpires || Options.DefaultExpires > Options.MaxExpires)
            throw new ArgumentException("The shortest lifetime must be at least a second, and neither it nor the default longer than the longest.", nameof(options));
        ServiceRoute = Encoding.ASCII.GetBytes(string.Join(", ", Options.ServiceRoute.Select(uri => $"<{uri}>")));
    }

    /// <summary>Option tags of what it can do, for <c>SipEndpointOptions.Extensions</c>.</summary>
    public static IReadOnlyList<string> Extensions { get; } = ["path", "outbound", "gruu"];

    internal LocationService Locations { get; }

    internal RegistrarOptions Options { get; }

    /// <summary>Value of Service-Route; empty for none.</summary>
    internal ReadOnlyMemory<byte> ServiceRoute { get; }

    internal DateText Date { get; } = new();

    /// <summary>Answers a REGISTER, now or when its bindings are durable. On its lane.</summary>
    /// <exception cref="ArgumentException">It is no REGISTER.</exception>
    public void Handle(IncomingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method != SipMethod.Register)
            throw new ArgumentException($"A registrar is for REGISTER, not {request.Method}.", nameof(request));
        if (!TryAddress(request.Message, out var address, out var isReadable))
        {
            if (isReadable)
                request.Respond(404);
            else
                request.Respond(400, "To or request-URI cannot be read");
            return;
        }

        var check = _admission.CheckAsync(request.Message, request.Flow, AdmissionRole.UserAgent);
        if (check.IsCompletedSuccessfully)
            Go(request, address, check.Result);
        else
            _ = GoLaterAsync(request, address, check);
    }

    /// <summary>Has an answer sent on its lane, together with others that are ready.</summary>
    internal void AnswerOnLane(RegisterExchange exchange, Lane lane) => _answers.GetOrAdd(lane, static lane => new AnswerQueue(lane)).Add(exchange);

    private async Task GoLaterAsync(IncomingRequest request, AddressOfRecord address, ValueTask<AdmissionVerdict> check)
    {
        var verdict = new AdmissionVerdict { Status = 500 };
        try
        {
            verdict = await check.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException) // the boundary to an admission that may be the application's: its fault is a 500, not silence
        {
        }

        request.Lane.Run(_ => Go(request, address, verdict), null);
    }

    private void Go(IncomingRequest request, AddressOfRecord address, in AdmissionVerdict verdict)
    {
        if (!request.IsPending)
            return;
        if (!verdict.IsAllowed)
            verdict.Refuse(request);
        else if (verdict.Account is { } account && !Options.MayRegister(account, address))
            request.Respond(403, "Not your address of record");
        else
            Register(request, address);
    }

    private void Register(IncomingRequest request, AddressOfRecord address)
    {
        var register = new RegisterRequest(request, address);
        if (register.Check(Options, Locations) is { Status: not 200 } refusal)
            new RegisterExchange(this, request, register).Refuse(refusal);
        else
            Locations.Submit(address, new RegisterExchange(this, request, register));
    }

    // RFC 3261 §10.3 steps 1 and 5.
    private bool TryAddress(SipMessage message, out AddressOfRecord address, out bool isReadable)
    {
        address = default;
        isReadable = message.TryGetRequestUri(out var target) & (message.TryGetTo(out var to) && to.TryGetUri(out _));
        if (!isReadable)
            return false;
        to.TryGetUri(out var who);
        return target.Scheme is SipScheme.Sip or SipScheme.Sips && Locations.Domains.Find(target.Host) is { } domain
            && Locations.Domains.TryResolve(who, out address) && address.Domain == domain;
    }

    /// <summary>Answers that wait for their lane: however many there are, it is woken once.</summary>
    private sealed class AnswerQueue(Lane lane)
    {
        private readonly ConcurrentQueue<RegisterExchange> _ready = new();
        private int _isPosted;

        public void Add(RegisterExchange exchange)
        {
            _ready.Enqueue(exchange);
            if (Interlocked.Exchange(ref _isPosted, 1) == 0)
                lane.Post(static state => ((AnswerQueue)state!).Drain(), this);
        }

        private void Drain()
        {
            Volatile.Write(ref _isPosted, 0);
            while (_ready.TryDequeue(out var exchange))
                exchange.Answer();
        }
    }
}
