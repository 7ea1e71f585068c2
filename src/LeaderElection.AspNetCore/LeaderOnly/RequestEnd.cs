using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LeaderElection.AspNetCore;

/// <summary>
/// What one request listens to: cancelled when its client goes away, and, from the thread pool, when one of its terms
/// is lost. Its callbacks may block (the cancel of a database command does) and must neither delay what else waits for
/// the loss nor count as work of the term.
/// </summary>
internal sealed class RequestEnd : IThreadPoolWorkItem, IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly List<CancellationTokenRegistration> _losses;
    private readonly string? _endpoint;
    private readonly ILogger _logger;

    public RequestEnd(HttpContext context, List<Leadership> terms, ILogger logger)
    {
        _logger = logger;
        _endpoint = context.GetEndpoint()?.DisplayName;
        _source = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Token = _source.Token;
        _losses = terms.ConvertAll(term => term.Lost.UnsafeRegister(
            static end => ThreadPool.UnsafeQueueUserWorkItem((RequestEnd)end!, preferLocal: false), this));
    }

    public CancellationToken Token { get; }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request has ended in the meantime.
        }
        catch (AggregateException exception)
        {
            // Nobody is left to throw it to.
            Log.CallbackFailed(_logger, _endpoint, exception);
        }
    }

    public void Dispose()
    {
        _losses.ForEach(loss => loss.Dispose());
        _source.Dispose();
    }
}
